"""Commands that deploy and inspect a project. Each module has a click command `command`."""
