"""Measured processes: each runs one contender or one function and prints its figures."""
