"""Judges rows by the contract's expressions, before they are loaded: `derive` and `checks`."""
