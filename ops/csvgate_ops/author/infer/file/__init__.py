"""Finds the table in a file: encoding, dialect, first and last row, and header."""
