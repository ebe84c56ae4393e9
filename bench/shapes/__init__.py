"""Generates the files of the bench, in shapes that users' files have."""
