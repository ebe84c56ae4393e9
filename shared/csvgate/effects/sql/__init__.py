"""The BigQuery statement of each effect, as text with parameters."""
