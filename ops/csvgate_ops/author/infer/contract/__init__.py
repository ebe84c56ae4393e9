"""The draft of the contract: its names, its test with the engine, and its YAML."""
