"""What keeps a command from its work: wrong usage, a file or a contract that cannot be used."""

from typing import Any

import click

from csvgate_ops.text import printable


class Unusable(click.ClickException):
    """Told on stderr, without a traceback; the exit code is that of wrong usage."""

    exit_code = 2

    def show(self, file: Any = None) -> None:
        text = "\n".join(map(printable, self.message.splitlines()))
        click.echo(f"Error: {text}", file=file, err=file is None)
