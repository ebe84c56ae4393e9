"""Tools for people who write contracts: check and infer."""
