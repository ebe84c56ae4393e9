"""Field types: how a cell becomes a value that fits its BigQuery column."""
