"""Unique keys: which keys a file has had, and on which line each came first."""
