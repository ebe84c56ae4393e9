"""SQL expressions of `derive`: parsed, checked, made exact, and run by a locked-down DuckDB."""
