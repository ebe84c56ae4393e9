"""The labels of a header against those of the contract: which is which, and what is wrong."""

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from itertools import islice
from typing import Final

from csvgate.contracts.header_labels import fold
from csvgate.csv.decoding import displayable
from csvgate.text import shorten

MOST_LABELS: Final = 50
"""In a message; a file that is not CSV at all can have millions."""
_MOST_COMPARED: Final = 500
_LABEL_CHARACTERS: Final = 40
_BETWEEN_WORDS: Final = str.maketrans("", "", " _-.")


def positions(labels: Sequence[str], wanted: Sequence[str]) -> Mapping[str, Sequence[int]]:
    """For each label that is wanted the indexes of those that are it."""
    found: dict[str, list[int]] = {fold(label): [] for label in wanted}
    for index, label in enumerate(labels):
        if (key := fold(label)) in found:
            found[key].append(index)
    return {label: found[fold(label)] for label in wanted}


def mistakes(
    labels: Sequence[str], wanted: Mapping[str, str], found: Mapping[str, Sequence[int]]
) -> Iterator[tuple[str, str]]:
    """Code and message, none when each label is one that is wanted, and each of these is there.

    `wanted` has for each label the name of its field, which may have been written in its place.
    """
    missing = {label: name for label, name in wanted.items() if not found[label]}
    known = {index for indexes in found.values() for index in indexes}
    unknown: dict[str, list[int]] = {}
    for index, label in enumerate(labels):
        if index not in known and (key := fold(label)):
            unknown.setdefault(key, []).append(index)
    if missing:
        yield "header.missing_column", f"not in the header: {listed([*missing])}"
    if unknown:
        firsts = [indexes[0] for indexes in unknown.values()]
        yield "header.extra_column", f"not in the contract: {_extra(labels, firsts, missing)}"
    twice = [i for i in (*found.values(), *unknown.values()) if len(i) > 1]
    if twice:
        each = joined([_where(labels, same) for same in twice[:MOST_LABELS]], len(twice))
        yield "header.duplicate_column", f"more than once in the header: {each}; keep one"
    blank = [str(i) for i, label in enumerate(labels, 1) if not fold(label)]
    if blank:
        remedy = "name it, or remove it: perhaps a delimiter at the end of the line"
        yield "header.blank_label", f"without a name: column {joined(blank)}; {remedy}"


def _extra(labels: Sequence[str], extra: Sequence[int], missing: Mapping[str, str]) -> str:
    """With what each may be meant to be."""
    compared = dict(islice(missing.items(), _MOST_COMPARED))
    names = {fold(name): label for label, name in compared.items()}
    wanted = {_squeezed(label): label for label in compared}
    texts = list[str]()
    for index in extra[:MOST_LABELS]:
        text = shown(labels[index])
        meant = names.get(fold(text))
        if meant is None and (near := get_close_matches(_squeezed(text), wanted, n=1, cutoff=0.7)):
            meant = wanted[near[0]]
        if meant is not None and wanted.pop(_squeezed(meant), None) is not None:
            text += f" (column {index + 1}: did you mean {_spelt(meant)}?)"
        texts.append(text)
    return joined(texts, len(extra))


def _squeezed(label: str) -> str:
    return fold(label).translate(_BETWEEN_WORDS)


def _where(labels: Sequence[str], same: Sequence[int]) -> str:
    some = same[:MOST_LABELS]
    spelt = list(dict.fromkeys(shown(labels[i]) for i in some))
    columns = joined([str(i + 1) for i in some], len(same))
    return f"{' = '.join(spelt[:3])} (columns {columns})"


def shown(label: str) -> str:
    """Short, and in one line."""
    return shorten(" ".join(displayable(label[: 2 * _LABEL_CHARACTERS]).split()), _LABEL_CHARACTERS)


def listed(wanted: Sequence[str]) -> str:
    """Labels of the contract, whole: that is what the file should say."""
    return joined([_spelt(label) for label in wanted[:MOST_LABELS]], len(wanted))


def _spelt(label: str) -> str:
    """In one line, and in quotes where one could not see where it ends."""
    text = " ".join(displayable(label).split())
    return f"'{text}'" if "," in text else text


def joined(texts: Sequence[str], count: int | None = None) -> str:
    """The first of `count` texts (by default those there are), and how many more."""
    more = (len(texts) if count is None else count) - MOST_LABELS
    return ", ".join(texts[:MOST_LABELS]) + (f" and {more} more" if more > 0 else "")
