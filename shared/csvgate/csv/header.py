"""Matches the header's labels to the fields of the contract."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from csvgate.contracts.header_labels import fold
from csvgate.contracts.model import Contract
from csvgate.csv.decoding import decode
from csvgate.csv.encodings import ByteOrderMark
from csvgate.csv.labels import (
    MAX_LABELS,
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
    order: tuple[int, ...]
    """For each field of the contract, the index of its cell in a record."""


def header_by_position(contract: Contract, mark: bytes) -> Header:
    """Return the header for a dialect without one: the cells come in the order of the fields."""
    return Header(mark, b"", b"", tuple(range(len(contract.schema_.fields))))


def read_header(record: Record, contract: Contract, mark: bytes) -> Header:
    """Match the labels to those of the fields, in any order. Upper and lower case, spaces around a
    label, and the composition of its characters are ignored.

    Raises FileFault with all mistakes in one message, under the code of the first.
    """
    fields = contract.schema_.fields
    wanted = [field.header_label for field in fields]
    labels = record.cells or []
    found = find_positions(labels, wanted)
    matched = sum(map(bool, found.values()))
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
    names = {field.header_label: field.name for field in fields}
    if wrong := list(mistakes(labels, names, found, _may_quote(contract))):
        (code, first), *others = wrong
        message = ". ".join([first, *(words[0].upper() + words[1:] for _, words in others)])
        raise FileFault(code, message, record.line)
    order = tuple(found[label][0] for label in wanted)
    return Header(mark, record.raw, record.terminator or b"\n", order)


def _other_delimiter(
    raw: bytes, wanted: Sequence[str], matched: int, contract: Contract
) -> str | None:
    """Return a message if another delimiter finds more labels, and not just one by chance."""
    if matched == len(wanted):
        return None
    delimiter, quote = contract.dialect.delimiter, contract.dialect.quote_char
    folded = {fold(label) for label in wanted}
    text, _ = decode(raw)
    for other in DELIMITER_WORDS:
        if other == delimiter:
            continue
        labels = {fold(label.strip().strip(quote)) for label in text.split(other)}
        count = len(folded & labels)
        if count > matched and count >= min(2, len(wanted)) and len(labels) > 1:
            return other_delimiter(other, delimiter)
    return None


def _may_quote(contract: Contract) -> Callable[[str], bool]:
    """Return whether a message may repeat an unknown label. If the contract has sensitive fields,
    it must resemble a known label, because the first line may be a row."""
    values = SensitiveValues(contract)
    if not values.exist:
        return lambda _: True
    known = [text for field in contract.schema_.fields for text in (field.header_label, field.name)]
    return lambda label: is_near(label, known) and not values.resemble(label)


def _no_label_matches(labels: Sequence[str], wanted: Sequence[str], contract: Contract) -> str:
    if any(field.sensitive for field in contract.schema_.fields):
        # The first line may be a row, and the values of this dataset must not be repeated.
        found = f"{len(labels)} other labels"
    else:
        shown = [display_label(label) for label in labels[:MAX_LABELS]]
        found = join_limited(shown, len(labels))
    return (
        f"the header names none of the contract's columns: {list_labels(wanted)}. Found: {found}. "
        "Check that the file begins with its header; the contract's `dialect.preambleLines` skips "
        "lines before it"
    )
