"""A mailer under test, with its received emails."""

from collections.abc import Callable
from dataclasses import dataclass

from csvgate.ports import Email, Mailer


@dataclass(frozen=True)
class Post:
    """A mailer, and the emails that recipients got, oldest first."""

    mailer: Mailer
    delivered: Callable[[], list[Email]]
    use_up: Callable[[], None]
    """Use up the credits of the account, for the next email."""
