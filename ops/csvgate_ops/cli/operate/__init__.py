"""Commands for operators; every module defines the click command `command`."""
