"""The supervisor of the local cloud starts its processes, restarts them and stops them together."""
