"""The subcommands of `csvgate dlq`, one a module: `command` is the click command. Modules that
begin with an underscore are what they share."""
