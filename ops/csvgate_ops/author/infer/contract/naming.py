"""Derives the dataset's name from the path, and column names from the labels of the header."""

import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from csvgate.contracts.checks.column_names import wrong_column_name
from csvgate.contracts.header_labels import fold, wrong_label

_WORKBOOKS: Final = (".xlsx", ".xlsm")
_ENDINGS: Final = (".csv", ".tsv", ".tab", ".txt", ".psv", *_WORKBOOKS)
_COMPRESSED: Final = (".gz", ".zip", ".zst", ".bz2", ".xz")
_REJECTS: Final = re.compile(r"\.[0-9a-f]{20}-[0-9a-f]{16}\.rejects$")
"""What the name of a reject file adds to that of the upload."""
_LITERAL: Final = re.compile(r"[A-Za-z0-9._-]*")
"""Endings that have the same meaning in a glob."""
_MOST_DATASET: Final = 63
_MOST_COLUMN: Final = 290
_OTHER_LETTER: Final = re.compile(
    "[æðøþđħıłŋœŧÆÐØÞĐĦŁŊŒŦ\u0370-\u1dff\u1f00-\u1fff\u2c00-\ud7ff\uf900-\ufaff]+"
)
"""Letters of other scripts than Latin, and Latin ones that are not a base letter with an accent."""
_HAN: Final = re.compile("[\u3400-\u9fff\uf900-\ufaff]")
_SERIAL: Final = re.compile(
    r"(?:(?<![-_. ()][A-Z])[-_. ()]*+(?:v?[0-9]++|part|export|final|copy))++[)]?$", re.IGNORECASE
)
"""The part of a name that varies between files of a dataset, such as a date or a number."""


def dataset_name(file: Path | None) -> str:
    """Return the dataset that a path suggests: `orders` for orders.csv, orders_2026-11-21.csv.gz
    and orders/2026-11-21.csv."""
    if file is None:
        return "uploads"
    stem = _stem(file)
    if _REJECTS.search(stem):
        # The reject file of a workbook keeps the workbook's ending: stock.xlsx.….rejects.csv.
        stem = _stem(Path(_REJECTS.sub("", stem)))
    for text in (_SERIAL.sub("", stem), (Path.cwd() / file).parent.name, stem):
        name = _ascii(in_latin_letters(text), "A-Za-z0-9_-").strip("_-")[:_MOST_DATASET]
        if name:
            return name
    return "uploads"


def match(dataset: str, file: Path | None) -> tuple[str, ...]:
    """Return globs for the dataset's folder and the file's ending, which fit the file itself."""
    name, compressed = ("", "") if file is None else _uncompressed(file)
    ending = next((e for e in _ENDINGS if name.lower().endswith(e)), "")
    written = "" if file is None else file.name[len(_stem(file)) :] or file.suffix
    if file is not None and not ending and (compressed or not written):
        return (f"{dataset}/*{written}",)
    ending = ending or ".csv"
    if ending in _WORKBOOKS:
        # Rejected rows are corrected as CSV.
        endings = dict.fromkeys([ending, written, ".csv"])
    else:
        endings = dict.fromkeys([ending, f"{ending}{compressed or '.gz'}", written or ending])
    return tuple(f"{dataset}/*{each}" for each in endings if _LITERAL.fullmatch(each))


def _uncompressed(file: Path) -> tuple[str, str]:
    """Return the file's name without the ending of a compressed file, and that ending."""
    for ending in _COMPRESSED:
        if file.name.lower().endswith(ending):
            return file.name[: -len(ending)], file.name[-len(ending) :].lower()
    return file.name, ""


def _stem(file: Path) -> str:
    name, _ = _uncompressed(file)
    for ending in _ENDINGS:
        if name.lower().endswith(ending):
            return name[: -len(ending)]
    return name


def identify_columns(labels: Sequence[str]) -> bool:
    """Return whether the labels are valid and distinct, so that each identifies a column. One of
    them may be blank, if there are others."""
    folded = [fold(label) for label in labels]
    return (
        len(set(folded)) == len(labels)
        and any(folded)
        and not any(wrong_label(label) for label in labels if fold(label))
    )


def column_names(labels: Sequence[str], *, japanese: bool = False) -> list[str]:
    """Return a valid column name for each label: the label itself where possible, otherwise its
    letters in ASCII. Chinese readings of Japanese words (`japanese`) would name nothing, so such
    columns are numbered."""
    own: dict[str, int] = {}
    for number, label in enumerate(labels, 1):
        if wrong_column_name(label) is None:
            own.setdefault(label.casefold(), number)
    names: list[str] = []
    taken = set(own)
    for number, label in enumerate(labels, 1):
        if own.get(label.casefold()) == number:
            names.append(label)
            continue
        base = (
            label
            if wrong_column_name(label) is None
            else _column_name(label, number, indexed=any(labels), japanese=japanese)
        )
        name, count = base, 1
        while name.casefold() in taken:
            count += 1
            name = f"{base[:_MOST_COLUMN]}_{count}"
        taken.add(name.casefold())
        names.append(name)
    return names


def _column_name(label: str, number: int, *, indexed: bool, japanese: bool) -> str:
    text = label if japanese and _HAN.search(label) else in_latin_letters(label)
    name = _ascii(text, "A-Za-z0-9_").strip("_")[:_MOST_COLUMN]
    for candidate in (name, f"column_{name}"):
        if name and wrong_column_name(candidate) is None:
            return candidate
    if number == 1 and not label.strip() and indexed:
        return "index"
    return f"column_{number}"


def in_latin_letters(text: str) -> str:
    """Return the text with the letters of other scripts in Latin ones: Datum for Датум."""
    if not _OTHER_LETTER.search(text):
        return text
    from anyascii import anyascii

    return _OTHER_LETTER.sub(lambda word: anyascii(word[0]), text)


def _ascii(text: str, allowed: str) -> str:
    flat = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
    flat = "".join(char for char in flat if not unicodedata.combining(char))
    return re.sub(f"[^{allowed}]+", "_", flat)
