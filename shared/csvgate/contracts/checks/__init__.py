"""The rules that a contract must satisfy beyond its structure."""
