"""Commands for operators. Each module has a click command `command`."""
