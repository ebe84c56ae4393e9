"""`make bench`: csvgate compared with common tools in one run, written to bench/RESULTS.md."""
