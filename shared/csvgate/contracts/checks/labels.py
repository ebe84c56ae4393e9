"""Rules for the labels of fields: the file has a header, and no two labels are the same."""

from collections.abc import Collection
from typing import NamedTuple

from csvgate.contracts.header_labels import fold, wrong_label
from csvgate.contracts.model import Contract, SchemaField
from csvgate.contracts.reading.mistakes import Complaint, Complaints, Path


class _Label(NamedTuple):
    text: str
    field: SchemaField
    place: Path
    """Where the contract has it; for a field without a label, where it would be."""
    number: int
    """The index of the field."""


def check_labels(contract: Contract, unsure: Collection[str] = ()) -> Complaints:
    """Places are relative to the contract. `unsure` are fields whose label was invalid and
    replaced."""
    seen: dict[str, _Label] = {}
    for i, field in enumerate(contract.schema_.fields):
        place = ("schema", "fields", i, "label")
        if not contract.dialect.header:
            if field.label is not None:
                message = "has no effect if `dialect.header` is false; write `title` instead"
                yield place, f"{message}, or drop `header: false`"
        elif field.label == ():
            yield place, "is empty; it needs at least one entry"
        elif field.label is not None or field.name not in unsure:
            for j, text in enumerate(field.header_labels):
                where = place if isinstance(field.label, str | None) else (*place, j)
                if field.label is not None and text and (wrong := wrong_label(text)):
                    yield where, wrong
                elif field.name not in unsure:
                    label = _Label(text, field, where, i)
                    first = seen.setdefault(fold(text), label)
                    if first is not label and (field.label, first.field.label) != (None, None):
                        yield _repeated(first, label)


def _repeated(first: _Label, second: _Label) -> Complaint:
    """Return the complaint about two equal labels, at the later one that a contract declares."""
    if first.field is second.field:
        return second.place, f"{second.text!r} is listed twice; keep one"
    label, other = (first, second) if second.field.label is None else (second, first)
    also = "the name" if other.field.label is None else "the label"
    message = (
        f"{label.text!r} of {label.field.name!r} is also {also} of {other.field.name!r} "
        f"(fields[{other.number}]); case and spaces around a label are ignored, so choose another "
        "label for one of them"
    )
    return label.place, message
