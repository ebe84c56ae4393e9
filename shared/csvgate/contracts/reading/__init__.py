"""A YAML file becomes a contract, or a list of mistakes with their places."""
