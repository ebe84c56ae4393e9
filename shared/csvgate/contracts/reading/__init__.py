"""Turns a YAML file into a contract, or into a list of mistakes with their places."""
