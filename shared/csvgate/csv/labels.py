"""Compares the labels of a header with those of the contract, and describes the differences."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from itertools import islice
from typing import Final

from csvgate.contracts.header_labels import fold
from csvgate.csv.decoding import displayable
from csvgate.text import shorten

MAX_LABELS: Final = 50
"""Labels in one message. A file that is not CSV can have millions."""
_MAX_COMPARED: Final = 40
"""Missing labels with which each unknown one is compared. A comparison takes time quadratic in the
lengths, 0.1 ms; with 500 of them a header could take 10 seconds."""
_LABEL_CHARACTERS: Final = 40
_NEAR: Final = 0.7
"""How similar two labels are that somebody may have confused: 1 if they are equal."""
_SEPARATORS: Final = str.maketrans("", "", " _-.")


def find_positions(labels: Sequence[str], wanted: Sequence[str]) -> Mapping[str, Sequence[int]]:
    """Return, for each wanted label, the indexes in `labels` that match it."""
    found: dict[str, list[int]] = {fold(label): [] for label in wanted}
    for index, label in enumerate(labels):
        if (key := fold(label)) in found:
            found[key].append(index)
    return {label: found[fold(label)] for label in wanted}


def mistakes(
    labels: Sequence[str],
    wanted: Mapping[str, str],
    found: Mapping[str, Sequence[int]],
    may_quote: Callable[[str], bool],
) -> Iterator[tuple[str, str]]:
    """Yield a code and a message for each kind of mistake; nothing if the labels are exactly the
    wanted ones.

    `wanted` maps each label to the name of its field, which somebody may have written instead of
    the label. `found` is what `find_positions` returns. An unknown label that the message must not
    repeat, according to `may_quote`, is named by its column.
    """
    missing = {label: name for label, name in wanted.items() if not found[label]}
    known = {index for indexes in found.values() for index in indexes}
    unknown: dict[str, list[int]] = {}
    for index, label in enumerate(labels):
        if index not in known and (key := fold(label)):
            unknown.setdefault(key, []).append(index)
    if missing:
        yield "header.missing_column", f"not in the header: {list_labels([*missing])}"
    if unknown:
        firsts = [indexes[0] for indexes in unknown.values()]
        yield (
            "header.extra_column",
            f"not in the contract: {_unknown(labels, firsts, missing, may_quote)}",
        )
    repeated = [i for i in (*found.values(), *unknown.values()) if len(i) > 1]
    if repeated:
        each = [
            _occurrences(labels, same, quoted=same[0] in known or may_quote(labels[same[0]]))
            for same in repeated[:MAX_LABELS]
        ]
        where = join_limited(each, len(repeated))
        yield "header.duplicate_column", f"more than once in the header: {where}; keep one"
    blank = [str(i) for i, label in enumerate(labels, 1) if not fold(label)]
    if blank:
        remedy = "name it, or remove it; perhaps the line ends with a delimiter"
        if blank[-1] == str(len(labels)):
            remedy += ", which the contract's `dialect.trailingDelimiter` allows"
        yield "header.blank_label", f"without a name: column {join_limited(blank)}; {remedy}"


def is_near(label: str, known: Iterable[str]) -> bool:
    """Return whether a label resembles a known label or name."""
    forms = list(map(_without_separators, islice(known, _MAX_COMPARED)))
    return bool(get_close_matches(_without_separators(display_label(label)), forms, 1, _NEAR))


def _unknown(
    labels: Sequence[str],
    extra: Sequence[int],
    missing: Mapping[str, str],
    may_quote: Callable[[str], bool],
) -> str:
    """List the unknown labels, each with the missing label that was probably intended."""
    compared = dict(islice(missing.items(), _MAX_COMPARED))
    names = {fold(name): label for label, name in compared.items()}
    wanted = {_without_separators(label): label for label in compared}
    listed = list[str]()
    for index in extra[:MAX_LABELS]:
        if not may_quote(labels[index]):
            listed.append(f"column {index + 1}")
            continue
        text = display_label(labels[index])
        likely = names.get(fold(text))
        if likely is None:
            near = get_close_matches(_without_separators(text), wanted, n=1, cutoff=_NEAR)
            likely = wanted[near[0]] if near else None
        if likely is not None and wanted.pop(_without_separators(likely), None) is not None:
            text += f" (column {index + 1}: did you mean {_quoted_if_needed(likely)}?)"
        listed.append(text)
    return join_limited(listed, len(extra))


def _without_separators(label: str) -> str:
    return fold(label).translate(_SEPARATORS)


def _occurrences(labels: Sequence[str], same: Sequence[int], *, quoted: bool) -> str:
    some = same[:MAX_LABELS]
    spellings = list(dict.fromkeys(display_label(labels[i]) for i in some))
    columns = join_limited([str(i + 1) for i in some], len(same))
    if not quoted:
        return f"columns {columns}"
    return f"{' = '.join(spellings[:3])} (columns {columns})"


def display_label(label: str) -> str:
    """Return a label of the file in one line, shortened."""
    return shorten(" ".join(displayable(label[: 2 * _LABEL_CHARACTERS]).split()), _LABEL_CHARACTERS)


def list_labels(wanted: Sequence[str]) -> str:
    """List labels of the contract. They are not shortened, so that they can be copied."""
    return join_limited([_quoted_if_needed(label) for label in wanted[:MAX_LABELS]], len(wanted))


def _quoted_if_needed(label: str) -> str:
    """Return the label in one line, in quotes if it contains a comma."""
    text = " ".join(displayable(label).split())
    return f"'{text}'" if "," in text else text


def join_limited(strings: Sequence[str], count: int | None = None) -> str:
    """Join the first MAX_LABELS strings, and say how many of `count` (by default of all strings)
    are left out."""
    more = (len(strings) if count is None else count) - MAX_LABELS
    return ", ".join(strings[:MAX_LABELS]) + (f" and {more} more" if more > 0 else "")
