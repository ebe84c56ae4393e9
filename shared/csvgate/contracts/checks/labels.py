"""Rules for the labels of fields: the file has a header, and no two labels are the same."""

from collections.abc import Collection

from csvgate.contracts.header_labels import fold, wrong_label
from csvgate.contracts.model import Contract, SchemaField
from csvgate.contracts.reading.mistakes import Complaint, Complaints

_Numbered = tuple[int, SchemaField]


def check_labels(contract: Contract, unsure: Collection[str] = ()) -> Complaints:
    """Places are relative to the contract. `unsure` are fields whose label was invalid and
    replaced."""
    seen: dict[str, _Numbered] = {}
    for i, field in enumerate(contract.schema_.fields):
        place = ("schema", "fields", i, "label")
        if not contract.dialect.header:
            if field.label is not None:
                message = "has no effect if `dialect.header` is false; write `title` instead"
                yield place, f"{message}, or drop `header: false`"
        elif field.label is not None and (wrong := wrong_label(field.label)):
            yield place, wrong
        elif field.name not in unsure:
            first = seen.setdefault(fold(field.header_label), (i, field))
            if first[0] != i and (field.label is not None or first[1].label is not None):
                yield _repeated(first, (i, field))


def _repeated(first: _Numbered, second: _Numbered) -> Complaint:
    """Return the complaint about two equal labels, at the later field that declares one."""
    labelled, other = (first, second) if second[1].label is None else (second, first)
    (i, field), (j, like) = labelled, other
    also = "the name" if like.label is None else "the label"
    message = (
        f"{field.label!r} of {field.name!r} is also {also} of {like.name!r} (fields[{j}]); case "
        "and spaces around a label are ignored, so choose another label for one of them"
    )
    return ("schema", "fields", i, "label"), message
