"""Totals of a whole file: what its sender states in a footer or a sidecar, and what its rows add up
to. `file_totals` compares the two."""
