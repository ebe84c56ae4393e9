"""The subcommands of `csvgate tables`."""
