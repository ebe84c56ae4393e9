"""Compares the labels of a header with those of the contract, and describes the differences."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from difflib import get_close_matches
from itertools import islice
from typing import Final, NamedTuple

from csvgate.contracts.header_labels import fold
from csvgate.contracts.model import ExtraColumns
from csvgate.csv.decoding import displayable
from csvgate.text import shorten

MAX_LABELS: Final = 50
"""Labels in one message. A file that is not CSV can have millions."""
_MAX_COMPARED: Final = 40
"""Missing labels with which each unknown one is compared. A comparison takes time quadratic in the
lengths, 0.1 ms; with 500 of them a header could take 10 seconds."""
_MAX_ALTERNATIVES: Final = 4
"""Labels of one column in a message."""
_LABEL_CHARACTERS: Final = 40
_NEAR: Final = 0.7
"""How similar two labels are that somebody may have confused: 1 if they are equal."""
_SEPARATORS: Final = str.maketrans("", "", " _-.")


class WantedColumn(NamedTuple):
    """A column that the contract describes."""

    name: str
    """The name of its field, which somebody may have written instead of a label."""
    labels: tuple[str, ...]
    """The labels that it may have."""
    may_be_absent: bool = False


def find_positions(labels: Sequence[str], wanted: Sequence[WantedColumn]) -> list[list[int]]:
    """Return, for each wanted column, the indexes in `labels` that match one of its labels."""
    columns = {fold(label): i for i, column in enumerate(wanted) for label in column.labels}
    found: list[list[int]] = [[] for _ in wanted]
    for index, label in enumerate(labels):
        if (column := columns.get(fold(label))) is not None:
            found[column].append(index)
    return found


def mistakes(
    labels: Sequence[str],
    wanted: Sequence[WantedColumn],
    found: Sequence[Sequence[int]],
    may_quote: Callable[[str], bool],
    others: ExtraColumns,
) -> Iterator[tuple[str, str]]:
    """Yield a code and a message for each kind of mistake; nothing if the labels are right.

    `found` is what `find_positions` returns. An unknown label that the message must not repeat,
    according to `may_quote`, is named by its column. `others` says whether unknown labels are
    mistakes: rescued ones have to differ from each other, and ignored ones do not matter.
    """
    absent = [column for column, at in zip(wanted, found, strict=True) if not at]
    known = {index for indexes in found for index in indexes}
    unknown: dict[str, list[int]] = {}
    for index, label in enumerate(labels if others != "ignore" else ()):
        if index not in known and (key := fold(label)):
            unknown.setdefault(key, []).append(index)
    if missing := [column.labels for column in absent if not column.may_be_absent]:
        yield "header.missing_column", f"not in the header: {list_labels(missing)}"
    if unknown and others == "refuse":
        firsts = [indexes[0] for indexes in unknown.values()]
        yield (
            "header.extra_column",
            f"not in the contract: {_unknown(labels, firsts, absent, may_quote)}",
        )
    groups = [same for same in (*found, *unknown.values()) if len(same) > 1]
    # `_blank` names those that are blank without exception.
    repeated = [same for same in groups if any(fold(labels[i]) for i in same)]
    if repeated:
        each = [
            _occurrences(labels, same, quoted=same[0] in known or may_quote(labels[same[0]]))
            for same in repeated[:MAX_LABELS]
        ]
        where = join_limited(each, len(repeated))
        yield "header.duplicate_column", f"more than once in the header: {where}; keep one"
    yield from _blank(labels, wanted, others)


def _blank(
    labels: Sequence[str], wanted: Sequence[WantedColumn], others: ExtraColumns
) -> Iterator[tuple[str, str]]:
    """Yield the mistake that labels are blank. One may be if the contract has such a label."""
    columns = [str(i) for i, label in enumerate(labels, 1) if not fold(label)]
    named = [column.name for column in wanted if any(not fold(label) for label in column.labels)]
    if named and len(columns) > 1:
        remedy = f"only {named[0]} can be without a name, so name or remove the others"
    elif others == "rescue" and len(columns) > 1:
        remedy = "only one can be rescued, so name or remove the others"
    elif columns and not named and others == "refuse":
        remedy = "name it, or remove it; perhaps the line ends with a delimiter"
        if columns[-1] == str(len(labels)):
            remedy += ", which the contract's `dialect.trailingDelimiter` allows"
    else:
        return
    yield "header.blank_label", f"without a name: column {join_limited(columns)}; {remedy}"


def is_near(label: str, known: Iterable[str]) -> bool:
    """Return whether a label resembles a known label or name."""
    forms = list(map(_without_separators, islice(known, _MAX_COMPARED)))
    return bool(get_close_matches(_without_separators(display_label(label)), forms, 1, _NEAR))


def _unknown(
    labels: Sequence[str],
    extra: Sequence[int],
    absent: Iterable[WantedColumn],
    may_quote: Callable[[str], bool],
) -> str:
    """List the unknown labels, each with the label of an absent column that was probably
    intended."""
    compared = list(islice(absent, _MAX_COMPARED))
    names = {fold(column.name): column for column in compared}
    known = ((_without_separators(label), c) for c in compared for label in c.labels if label)
    wanted = dict(islice(known, _MAX_COMPARED))
    listed, named = list[str](), set[str]()
    for index in extra[:MAX_LABELS]:
        if not may_quote(labels[index]):
            listed.append(f"column {index + 1}")
            continue
        text = display_label(labels[index])
        likely = names.get(fold(text))
        if likely is None:
            near = get_close_matches(_without_separators(text), wanted, n=1, cutoff=_NEAR)
            likely = wanted[near[0]] if near else None
        if likely is not None and likely.name not in named:
            named.add(likely.name)
            text += f" (column {index + 1}: did you mean {_alternatives(likely.labels)}?)"
            wanted = {key: column for key, column in wanted.items() if column is not likely}
        listed.append(text)
    return join_limited(listed, len(extra))


def _without_separators(label: str) -> str:
    return fold(label).translate(_SEPARATORS)


def _occurrences(labels: Sequence[str], same: Sequence[int], *, quoted: bool) -> str:
    some = same[:MAX_LABELS]
    spellings = list(dict.fromkeys(display_label(labels[i]) or "''" for i in some))
    columns = join_limited([str(i + 1) for i in some], len(same))
    if not quoted:
        return f"columns {columns}"
    return f"{' = '.join(spellings[:3])} (columns {columns})"


def display_label(label: str) -> str:
    """Return a label of the file in one line, shortened."""
    return shorten(" ".join(displayable(label[: 2 * _LABEL_CHARACTERS]).split()), _LABEL_CHARACTERS)


def list_labels(wanted: Sequence[Sequence[str]]) -> str:
    """List columns of the contract by their labels. They are not shortened, so that they can be
    copied."""
    return join_limited([_alternatives(labels) for labels in wanted[:MAX_LABELS]], len(wanted))


def _alternatives(labels: Sequence[str]) -> str:
    """Return the labels of a column, of which a header has one."""
    shown = labels[:_MAX_ALTERNATIVES]
    more = ["…"] if len(labels) > len(shown) else []
    return " or ".join([*map(_quoted_if_needed, shown), *more])


def _quoted_if_needed(label: str) -> str:
    """Return the label in one line, in quotes if it contains a comma or is blank."""
    text = " ".join(displayable(label).split())
    return f"'{text}'" if "," in text or not text else text


def join_limited(strings: Sequence[str], count: int | None = None) -> str:
    """Join the first MAX_LABELS strings, and say how many of `count` (by default of all strings)
    are left out."""
    more = (len(strings) if count is None else count) - MAX_LABELS
    return ", ".join(strings[:MAX_LABELS]) + (f" and {more} more" if more > 0 else "")
