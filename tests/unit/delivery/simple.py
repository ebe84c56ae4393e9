"""A contract without references, whose uploads need as few calls as possible."""

from collections.abc import Sequence
from typing import Any

from csvgate.contracts.match import Contracts
from csvgate.contracts.model import Contract

RECIPIENT = "data@example.com"


def contract(fields: Sequence[str] = ("a",), **changes: Any) -> Contract:
    """Returns a contract of integers with these names, for objects in `plain/`."""
    return Contract.model_validate(
        {
            "dataset": "plain",
            "match": ["plain/*.csv", "plain/*.csv.gz"],
            "schema": {"fields": [{"name": name, "type": "integer"} for name in fields]},
            "destination": {"dataset": "sales", "table": "plain"},
            "limits": {"rejected_rate": 1},
            "notify": {
                "completed": [RECIPIENT],
                "rejected": [RECIPIENT],
                "failed": [RECIPIENT],
            },
            **changes,
        }
    )


def contracts(fields: Sequence[str] = ("a",), **changes: Any) -> Contracts:
    return Contracts([contract(fields, **changes)])


def table(rows: int, fields: Sequence[str] = ("a",), bad: int = 0) -> bytes:
    """A file with valid rows, and then rows of which every cell is invalid."""
    lines = [",".join(fields)]
    lines += [",".join([str(n)] * len(fields)) for n in range(rows)]
    lines += [",".join([f"x{n}"] * len(fields)) for n in range(bad)]
    return ("\n".join(lines) + "\n").encode()
