"""Build the source folder of each function as it is deployed."""
