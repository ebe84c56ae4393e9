"""One mailer of the suite, whichever it is."""

from collections.abc import Callable
from dataclasses import dataclass

from csvgate.ports import Email, Mailer


@dataclass(frozen=True)
class Post:
    """A mailer, and what people got of it, oldest first."""

    mailer: Mailer
    delivered: Callable[[], list[Email]]
