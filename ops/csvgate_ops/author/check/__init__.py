"""`csvgate check`: checks a local file against its contract with the engine of the functions."""
