"""The header: which cell of a record belongs to which field."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from csvgate.contracts.model import Contract
from csvgate.engine.framing import Record
from csvgate.engine.text import displayable
from csvgate.faults import FileFault, shorten

_MOST_LABELS: Final = 50
"""In a message; a file that is not CSV at all can have millions."""
_LABEL_CHARACTERS: Final = 40


@dataclass(frozen=True, slots=True)
class Header:
    """What the reject file repeats, and where the fields are."""

    mark: bytes
    """The file's byte order mark, or nothing."""
    raw: bytes
    """Without its terminator; empty when the dialect has no header."""
    terminator: bytes
    order: tuple[int, ...]
    """For each field of the contract, the index of its cell in a record."""


def by_position(contract: Contract, mark: bytes) -> Header:
    """For a dialect without a header: the contract's fields in their order."""
    return Header(mark, b"", b"", tuple(range(len(contract.schema_.fields))))


def read_header(record: Record, contract: Contract, mark: bytes) -> Header:
    """Match labels to fields by name, in any order.

    Raises FileFault with all that is wrong in one message; its code is that of the first.
    """
    if record.broken is not None:
        raise FileFault("header.unreadable", f"in the header, {record.broken[1]}", record.line)
    labels = record.cells or []
    if not record.valid_bytes:
        message = f"the header has bytes that are not {contract.encoding}"
        raise FileFault("header.unreadable", message, record.line)
    names = [field.name for field in contract.schema_.fields]
    wrong = list(_mistakes(labels, names))
    if wrong:
        said = "; ".join(message for _, message in wrong)
        found = _found(labels, names, contract)
        message = f"{said}. Expected, in any order: {', '.join(names)}. {found}"
        raise FileFault(wrong[0][0], message, record.line)
    order = tuple(labels.index(name) for name in names)
    return Header(mark, record.raw, record.terminator or b"\n", order)


def _mistakes(labels: Sequence[str], names: Sequence[str]) -> Iterator[tuple[str, str]]:
    missing = [name for name in names if name not in labels]
    if missing:
        yield "header.missing_column", f"not in the header: {', '.join(missing)}"
    extra = [label for label in dict.fromkeys(labels) if label.strip() and label not in names]
    if extra and len(missing) < len(names):
        yield "header.extra_column", f"not in the contract: {_listed(extra)}"
    twice = [label for label, count in Counter(labels).items() if count > 1 and label.strip()]
    if twice:
        yield "header.duplicate_column", f"more than once in the header: {_listed(twice)}"
    blank = [str(i) for i, label in enumerate(labels, 1) if not label.strip()]
    if blank:
        yield "header.blank_label", f"without a name: column {_joined(blank)}"


def _found(labels: Sequence[str], names: Sequence[str], contract: Contract) -> str:
    if set(labels) & set(names):
        return f"Found: {_listed(labels)}"
    delimiter = contract.dialect.delimiter
    for other, word in ((";", "semicolons"), (",", "commas"), ("\t", "tabs"), ("|", "pipes")):
        if other != delimiter and any(name in label.split(other) for label in labels
                                      for name in names):  # fmt: skip
            return f"Found {word} between the labels, where the contract's delimiter is {delimiter}"
    if any(field.sensitive for field in contract.schema_.fields):
        # The first line may well be a row, and values of this dataset must not be repeated.
        return f"Found {len(labels)} labels, none of them of the contract: is there a header?"
    return f"Found: {_listed(labels)}: is there a header?"


def _listed(labels: Sequence[str]) -> str:
    return _joined([shorten(displayable(label), _LABEL_CHARACTERS) for label in labels])


def _joined(texts: Sequence[str]) -> str:
    more = len(texts) - _MOST_LABELS
    return ", ".join(texts[:_MOST_LABELS]) + (f" and {more} more" if more > 0 else "")
