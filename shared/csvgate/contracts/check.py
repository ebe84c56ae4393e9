"""The rules of a contract beyond its structure."""

from csvgate.contracts.mistakes import Complaints
from csvgate.contracts.model import Contract


def check(contract: Contract) -> Complaints:
    """Everything that is wrong with a contract whose structure is right."""
    yield from ()
