"""Turns the bytes of a CSV file into records: compression, encoding, lines, quoting and header."""
