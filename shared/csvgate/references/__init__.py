"""Reference files: small CSV files that lookups and foreign keys read."""
