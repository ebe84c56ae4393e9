"""Compares the ledger with the rows in BigQuery and in reject files. Changes nothing."""
