"""Every upload's ledger against the rows in BigQuery and the reject file. Reads only."""
