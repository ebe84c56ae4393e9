"""Commands of the local cloud. Each module has a click command `command`."""
