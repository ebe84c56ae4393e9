"""The write streams of the BigQuery Storage Write API."""
