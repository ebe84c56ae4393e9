"""Kernels: each clears the cells of one column in bulk, and gives their values."""
