"""The header: which cell of a record belongs to which field."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from csvgate.contracts.header_labels import fold
from csvgate.contracts.model import Contract
from csvgate.csv.decoding import decode
from csvgate.csv.encodings import ByteOrderMark
from csvgate.csv.labels import MOST_LABELS, joined, listed, mistakes, positions, shown
from csvgate.csv.records import Record
from csvgate.validation.faults import FileFault

_DELIMITERS: Final = {
    ",": "commas (,)",
    ";": "semicolons (;)",
    "\t": r"tabs (\t)",
    "|": "pipes (|)",
}


@dataclass(frozen=True, slots=True)
class Header:
    """What the reject file repeats, and where the fields are."""

    mark: bytes
    """The byte order mark (possibly empty); a ByteOrderMark also has the detected encoding."""
    raw: bytes
    """UTF-8, without its terminator; empty when the dialect has no header."""
    terminator: bytes
    order: tuple[int, ...]
    """For each field of the contract, the index of its cell in a record."""


def by_position(contract: Contract, mark: bytes) -> Header:
    """For a dialect without a header: the contract's fields in their order."""
    return Header(mark, b"", b"", tuple(range(len(contract.schema_.fields))))


def read_header(record: Record, contract: Contract, mark: bytes) -> Header:
    """Match labels to the fields' labels, in any order; case, spaces around a label and how its
    characters are composed do not count.

    Raises FileFault with all that is wrong in one message; its code is that of the first.
    """
    fields = contract.schema_.fields
    wanted = [field.header_label for field in fields]
    labels = record.cells or []
    found = positions(labels, wanted)
    matched = sum(map(bool, found.values()))
    other = _other_delimiter(record.raw, wanted, matched, contract)
    if other:
        raise FileFault("header.wrong_delimiter", other, record.line)
    if record.broken is not None:
        raise FileFault("header.unreadable", f"in the header, {record.broken[1]}", record.line)
    if not record.valid_bytes:
        message = f"the header has bytes that are not {ByteOrderMark.of(mark).encoding}"
        raise FileFault("header.unreadable", message, record.line)
    if not matched:
        message = _none_matches(labels, wanted, contract)
        raise FileFault("header.missing_column", message, record.line)
    if wrong := list(mistakes(labels, {f.header_label: f.name for f in fields}, found)):
        (code, first), *others = wrong
        said = ". ".join([first, *(words[0].upper() + words[1:] for _, words in others)])
        raise FileFault(code, said, record.line)
    order = tuple(found[label][0] for label in wanted)
    return Header(mark, record.raw, record.terminator or b"\n", order)


def _other_delimiter(
    raw: bytes, wanted: Sequence[str], matched: int, contract: Contract
) -> str | None:
    """Told when another delimiter finds more of the labels, and not just one by chance."""
    if matched == len(wanted):
        return None
    delimiter, quote = contract.dialect.delimiter, contract.dialect.quote_char
    folded = {fold(label) for label in wanted}
    text, _ = decode(raw)
    for other, words in _DELIMITERS.items():
        if other == delimiter:
            continue
        labels = {fold(label.strip().strip(quote)) for label in text.split(other)}
        count = len(folded & labels)
        if count > matched and count >= min(2, len(wanted)) and len(labels) > 1:
            own = _DELIMITERS.get(delimiter, delimiter)
            return (
                f"the file seems to be separated by {words}, where the contract says {own}: "
                "save it so, or change the contract's `dialect.delimiter`"
            )
    return None


def _none_matches(labels: Sequence[str], wanted: Sequence[str], contract: Contract) -> str:
    if any(field.sensitive for field in contract.schema_.fields):
        # The first line may well be a row, and values of this dataset must not be repeated.
        found = f"{len(labels)} other labels"
    else:
        found = joined([shown(label) for label in labels[:MOST_LABELS]], len(labels))
    return (
        f"none of the contract's columns is in the header: {listed(wanted)}. Found: {found}. Is "
        "there a header, and nothing before it? `dialect.preambleLines` skips lines"
    )
