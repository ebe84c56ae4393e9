"""DuckDB in a process of its own: the interface, the process, and what is written between them."""
