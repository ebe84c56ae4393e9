"""Enrich chunks of validated records, load them into BigQuery, and commit them as one upload."""
