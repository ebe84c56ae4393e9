"""CSV bytes become records: compression, encoding, lines, quoting and header."""
