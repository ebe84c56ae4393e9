"""The contracts that a project uses, in their bucket."""
