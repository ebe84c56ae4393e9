"""Chunks of validated records: enriched, loaded into BigQuery and committed as one upload."""
