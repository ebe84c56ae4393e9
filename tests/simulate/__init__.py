"""Deterministic simulation: the real functions on in-memory ports, under a scheduler that a seed
decides. `python -m simulate` runs it by hand."""
