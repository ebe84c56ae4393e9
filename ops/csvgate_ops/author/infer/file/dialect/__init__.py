"""Chooses the dialect of a text: delimiter, quotes, escapes, comments."""
