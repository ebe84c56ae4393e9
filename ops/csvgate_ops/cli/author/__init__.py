"""Commands for people who write contracts. Each module has a click command `command`."""
