"""Vectorised kernels: each clears the cells of one column in bulk."""
