"""Splits blocks into columns and lets the kernels clear them, in this thread or in several."""
