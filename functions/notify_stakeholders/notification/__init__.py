"""Sends one email for each outcome of an upload."""
