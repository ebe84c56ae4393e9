"""Compares files with totals, on a path of the test's choice."""

from collections.abc import Iterable
from typing import Any, Final

from csvgate.contracts.model import Contract
from csvgate.totals.file_totals import FileTotals
from csvgate.validation.faults import Fault, FileFault
from csvgate.validation.validate import validate
from unit.validation.files import Field, contract

RULES_ONLY: Final = 2**62
PATHS: Final = {"rules": RULES_ONLY, "blocks": 20}
"""The least bytes for the vectorised path, which begins only if some of the rows are among them."""


def with_totals(pattern: str, *fields: Field | str, **properties: Any) -> Contract:
    """A contract whose footer begins with a line `#…`, unless its properties say otherwise."""
    dialect = {"footerFrom": "^#", **properties.pop("dialect", {})}
    return contract(*fields, totals={"pattern": pattern}, dialect=dialect, **properties)


def compared(
    pieces: Iterable[bytes], rules: Contract, lines: Iterable[bytes] | None = None, **sizes: Any
) -> Fault | None:
    """Return the fault of the file, None if its totals are right."""
    totals = FileTotals(rules)
    try:
        for batch in validate(pieces, rules, footer=totals.footer, **sizes):
            totals.add(batch)
        totals.compare(lines)
    except FileFault as error:
        return error.fault
    return None
