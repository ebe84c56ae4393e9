"""Commands for authors of contracts. Each module has a click command named `command`."""
