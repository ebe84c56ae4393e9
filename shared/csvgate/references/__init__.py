"""Reads reference files: the small CSV files behind lookups and foreign keys."""
