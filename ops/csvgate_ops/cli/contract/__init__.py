"""The subcommands of `csvgate contract`."""
