"""Contracts: one YAML a dataset, saying which files are its own, what is in them and where it goes.

Nothing is imported here, so that each function pays for the parts it uses: `load` (YAML, all
mistakes at once), `match` (object name to contract), `hashing` (hash, to and from JSON), `columns`
(BigQuery columns), `model` (what a contract is), `schema` (JSON Schema for editors).
"""
