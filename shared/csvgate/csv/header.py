"""Matches the header's labels to the fields of the contract."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from csvgate.contracts.header_labels import fold
from csvgate.contracts.model import Contract
from csvgate.csv.decoding import decode
from csvgate.csv.encodings import ByteOrderMark
from csvgate.csv.labels import (
    MAX_LABELS,
    WantedColumn,
    display_label,
    find_positions,
    is_near,
    join_limited,
    list_labels,
    mistakes,
)
from csvgate.csv.records import Record
from csvgate.csv.separator_line import DELIMITER_WORDS, other_delimiter
from csvgate.validation.faults import FileFault
from csvgate.validation.sensitive_values import SensitiveValues


@dataclass(frozen=True, slots=True)
class Header:
    """The header's bytes, which the reject file repeats, and the positions of the fields."""

    mark: bytes
    """The byte order mark (possibly empty); a ByteOrderMark also has the detected encoding."""
    raw: bytes
    """The header in UTF-8 without its terminator; empty if the dialect has no header."""
    terminator: bytes
    order: tuple[int | None, ...]
    """For each field of the contract, the index of its cell in a record; None if the file does not
    have the column."""
    width: int
    """The number of cells of a record, which may be more than the contract has fields."""


def header_by_position(contract: Contract, mark: bytes) -> Header:
    """Return the header for a dialect without one: the cells come in the order of the fields."""
    width = len(contract.schema_.fields)
    return Header(mark, b"", b"", tuple(range(width)), width)


def read_header(record: Record, contract: Contract, mark: bytes) -> Header:
    """Match the labels to those of the fields, in any order unless the contract says otherwise.
    Upper and lower case, spaces around a label, and the composition of its characters are ignored.

    Raises FileFault with all mistakes in one message, under the code of the first.
    """
    schema = contract.schema_
    wanted = [
        WantedColumn(field.name, field.header_labels, schema.may_lack(field))
        for field in schema.fields
    ]
    labels = list(map(str, record.cells or []))
    found = find_positions(labels, wanted)
    matched = sum(map(bool, found))
    other = _other_delimiter(record.raw, wanted, matched, contract)
    if other:
        raise FileFault("header.wrong_delimiter", other, record.line)
    if record.broken is not None:
        raise FileFault("header.unreadable", f"in the header, {record.broken[1]}", record.line)
    if not record.valid_bytes:
        message = (
            f"the header contains bytes that are invalid in {ByteOrderMark.of(mark).encoding}; "
            "save the file in the contract's `encoding`, or change the contract"
        )
        raise FileFault("header.unreadable", message, record.line)
    if not matched:
        message = _no_label_matches(labels, wanted, contract)
        raise FileFault("header.missing_column", message, record.line)
    refuses = schema.unknown_columns == "refuse"
    may_quote = _may_quote(contract)
    if wrong := list(mistakes(labels, wanted, found, may_quote, refuses_others=refuses)):
        (code, first), *others = wrong
        message = ". ".join([first, *(words[0].upper() + words[1:] for _, words in others)])
        raise FileFault(code, message, record.line)
    order = tuple(at[0] if at else None for at in found)
    if schema.fields_match == "exact" and order != tuple(range(len(order))):
        raise FileFault("header.column_order", _another_order(wanted, order), record.line)
    return Header(mark, record.raw, record.terminator or b"\n", order, len(labels))


def _another_order(wanted: Sequence[WantedColumn], order: Sequence[int | None]) -> str:
    """Return a message about columns that are all there, but not in the order of the fields."""
    first = next(i for i, at in enumerate(order) if at != i)
    at = order[first]
    where = "" if at is None else f", but the header has it in column {at + 1}"
    return (
        f"column {first + 1} should be {list_labels([wanted[first].labels])}{where}; bring the "
        "columns into the order of the contract, or change its `fieldsMatch` to equal"
    )


def _other_delimiter(
    raw: bytes, wanted: Sequence[WantedColumn], matched: int, contract: Contract
) -> str | None:
    """Return a message if another delimiter finds more labels, and not just one by chance."""
    if matched == len(wanted):
        return None
    delimiter, quote = contract.dialect.delimiter, contract.dialect.quote_char
    columns = {fold(label): i for i, c in enumerate(wanted) for label in c.labels if fold(label)}
    text, _ = decode(raw)
    for other in DELIMITER_WORDS:
        if other == delimiter:
            continue
        labels = {fold(label.strip().strip(quote or " ")) for label in text.split(other)}
        count = len({columns[label] for label in labels if label in columns})
        if count > matched and count >= min(2, len(wanted)) and len(labels) > 1:
            return other_delimiter(other, delimiter)
    return None


def _may_quote(contract: Contract) -> Callable[[str], bool]:
    """Return whether a message may repeat an unknown label. If the contract has sensitive fields,
    it must resemble a known label, because the first line may be a row."""
    values = SensitiveValues(contract)
    if not values.exist:
        return lambda _: True
    fields = contract.schema_.fields
    known = [text for field in fields for text in (*field.header_labels, field.name) if text]
    return lambda label: is_near(label, known) and not values.resemble(label)


def _no_label_matches(
    labels: Sequence[str], wanted: Sequence[WantedColumn], contract: Contract
) -> str:
    if any(field.sensitive for field in contract.schema_.fields):
        # The first line may be a row, and the values of this dataset must not be repeated.
        found = f"{len(labels)} other labels"
    else:
        shown = [display_label(label) for label in labels[:MAX_LABELS]]
        found = join_limited(shown, len(labels))
    names = list_labels([column.labels for column in wanted])
    return (
        f"the header names none of the contract's columns: {names}. Found: {found}. "
        "Check that the file begins with its header; the contract's `dialect.preambleLines` skips "
        "lines before it"
    )
