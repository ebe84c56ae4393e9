"""The commands of `csvgate`, one a module: `command` is the click command, named as its module."""
