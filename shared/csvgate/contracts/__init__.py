"""Contracts: one YAML file per dataset that says which uploads belong to it, which columns they
have, and which table gets the rows.

This package imports nothing itself, so that each function loads only the parts it uses: `load`
(YAML files to contracts, or all their mistakes), `match` (object name to contract), `hashing`
(hash, and JSON in both directions), `table` (the BigQuery table), `model` (the properties of a
contract), `json_schema` (the JSON Schema for editors).
"""
