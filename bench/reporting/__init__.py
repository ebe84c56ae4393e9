"""Figures of a benchmark as Markdown."""
