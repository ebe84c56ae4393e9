"""The subcommands of `csvgate contracts`."""
