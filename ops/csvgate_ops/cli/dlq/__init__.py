"""The subcommands of `csvgate dlq`.

A module without a leading underscore is a subcommand, whose click command is `command`. The
subcommands that act on a selection of letters are built from the declarations of the actions
(`_selection`). Modules with a leading underscore are shared.
"""
