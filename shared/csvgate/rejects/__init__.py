"""Rejected rows: the reject file, its summary, and corrections read back."""
