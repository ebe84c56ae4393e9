"""Enrich the rows of one chunk: lookups in reference tables, and derived columns."""
