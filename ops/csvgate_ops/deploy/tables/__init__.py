"""Existing tables follow their contracts: what differs, and the statements that change it."""
