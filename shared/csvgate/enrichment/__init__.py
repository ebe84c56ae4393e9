"""Columns that are added to records: lookups and SQL expressions, and what they may do."""
