"""SQL expressions of `derive` and `checks`: parsed, checked, made exact, and run by a locked-down
DuckDB."""
