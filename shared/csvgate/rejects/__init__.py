"""Rejected rows: the reject file, their summary, and corrected reject files."""
