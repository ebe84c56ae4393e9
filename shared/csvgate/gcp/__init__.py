"""The ports over Google Cloud and SendGrid; the only package that imports their libraries."""

from typing import Final

SERVICES: Final = {"storage": "Cloud Storage", "pubsub": "Pub/Sub", "bigquery": "BigQuery"}
"""Prefix of a failure's code → the service's name."""
