"""`csvgate check`: a file against a contract, by the engine of the cloud, without the cloud."""
