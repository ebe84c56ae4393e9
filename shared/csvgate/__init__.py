"""The runtime library of csvgate, copied into every function at deploy."""
