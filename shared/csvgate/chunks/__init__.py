"""Chunks of valid rows: Arrow encoding and append requests."""
