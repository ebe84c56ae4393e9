"""Matches the header's labels to the fields of the contract."""

from collections.abc import Callable, Collection, Sequence
from typing import Final

from csvgate.contracts.header_labels import clean, fold
from csvgate.contracts.model import Contract
from csvgate.csv.decoding import decode
from csvgate.csv.encodings import ByteOrderMark
from csvgate.csv.header_rows import check_rows, joined_labels, label_rows, repeatable_rows
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
from csvgate.light_dataclass import dataclass
from csvgate.validation.faults import FileFault
from csvgate.validation.sensitive_values import SensitiveValues

MOST_RESCUED_CHARACTERS: Final = 300
"""The longest label of a column whose cells are rescued, as long as BigQuery's longest name."""


@dataclass(frozen=True, slots=True)
class Header:
    """The header's bytes, which the reject file repeats, and the positions of the fields."""

    mark: bytes
    """The byte order mark (possibly empty); a ByteOrderMark also has the detected encoding."""
    raw: bytes
    """The header's first row in UTF-8 without its terminator; empty if the dialect has no
    header."""
    terminator: bytes
    order: tuple[int | None, ...]
    """For each field of the contract, the index of its cell in a record; None if the file does not
    have the column."""
    width: int
    """The number of cells of a record, which may be more than the contract has fields."""
    others: tuple[tuple[int, str], ...] | None = None
    """The index and label of each further column, if the contract rescues their cells."""
    further_rows: tuple[tuple[bytes, bytes], ...] = ()
    """The other rows of the header in UTF-8, each with its terminator."""
    repeatable: tuple[tuple[str, ...], ...] = ()
    """The cells of the header's rows. A record that has the same cells is not a row of the file:
    often several files were joined."""

    @property
    def columns(self) -> int:
        """The number of columns that the table gets from the file."""
        return len(self.order) + (self.others is not None)


def header_by_position(contract: Contract, mark: bytes) -> Header:
    """Return the header for a dialect without one: the cells come in the order of the fields."""
    width = len(contract.schema_.fields)
    return Header(mark, b"", b"", tuple(range(width)), width)


def read_header(records: Sequence[Record], contract: Contract, mark: bytes) -> Header:
    """Match the labels in the rows of the header, of which there is at least one, to those of the
    fields, in any order unless the contract says otherwise. Upper and lower case, spaces around a
    label, and the composition of its characters are ignored.

    Raises FileFault with all mistakes in one message, under the code of the first.
    """
    schema = contract.schema_
    wanted = [
        WantedColumn(field.name, field.header_labels, schema.may_lack(field))
        for field in schema.fields
    ]
    dialect, line = contract.dialect, records[0].line
    rows = label_rows(records, dialect)
    labels = joined_labels(rows, dialect.header_join)
    found = find_positions(labels, wanted)
    matched = sum(map(bool, found))
    other = _other_delimiter([record.raw for record in records], wanted, matched, contract)
    if other:
        raise FileFault("header.wrong_delimiter", other, line)
    for record in records:
        if record.broken is not None:
            raise FileFault("header.unreadable", f"in the header, {record.broken[1]}", record.line)
    check_rows(rows, dialect, line)
    if not all(record.valid_bytes for record in records):
        message = (
            f"the header contains bytes that are invalid in {ByteOrderMark.of(mark).encoding}; "
            "save the file in the contract's `encoding`, or change the contract"
        )
        raise FileFault("header.unreadable", message, line)
    if not matched:
        message = _no_label_matches(labels, wanted, contract)
        raise FileFault("header.missing_column", message, line)
    may_quote, others = _may_quote(contract), schema.unknown_columns
    if wrong := list(mistakes(labels, wanted, found, may_quote, others)):
        (code, first), *more = wrong
        message = ". ".join([first, *(words[0].upper() + words[1:] for _, words in more)])
        raise FileFault(code, message, line)
    order = tuple(at[0] if at else None for at in found)
    if schema.fields_match == "exact" and order != tuple(range(len(order))):
        raise FileFault("header.column_order", _another_order(wanted, order), line)
    (raw, end), *further = ((record.raw, record.terminator or b"\n") for record in records)
    rescued = _rescued(labels, order, line) if schema.rescues else None
    repeatable = repeatable_rows(rows)
    return Header(mark, raw, end, order, len(labels), rescued, tuple(further), repeatable)


def _rescued(
    labels: Sequence[str], order: Collection[int | None], line: int
) -> tuple[tuple[int, str], ...]:
    """Return the index and label of each column that is not in the contract. Raises FileFault if
    a label is too long to be repeated in each row."""
    known = frozenset(order)
    others = [(at, clean(label)) for at, label in enumerate(labels) if at not in known]
    for at, label in others:
        if len(label) > MOST_RESCUED_CHARACTERS:
            message = (
                f"column {at + 1} has a label of {len(label):,} characters, and it would be "
                f"repeated in each row; shorten it to {MOST_RESCUED_CHARACTERS}, or add it to the "
                "contract"
            )
            raise FileFault("header.extra_column", message, line)
    return tuple(others)


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
    rows: Sequence[bytes], wanted: Sequence[WantedColumn], matched: int, contract: Contract
) -> str | None:
    """Return a message if another delimiter finds more labels, and not just one by chance."""
    if matched == len(wanted):
        return None
    delimiter, quote = contract.dialect.delimiter, contract.dialect.quote_char
    columns = {fold(label): i for i, c in enumerate(wanted) for label in c.labels if fold(label)}
    texts = [decode(row)[0] for row in rows]
    for other in DELIMITER_WORDS:
        if other == delimiter:
            continue
        split = [
            [label.strip().strip(quote or " ") for label in text.split(other)] for text in texts
        ]
        labels = {fold(label) for label in joined_labels(split, contract.dialect.header_join)}
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
