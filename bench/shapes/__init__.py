"""The files of the bench: generated files of the shapes that people's files have."""
