"""The small files of tests/files, and the table that says what each of them should give."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from csvgate.contracts.model import Contract, SchemaField
from csvgate.types.registry import FIELD_TYPES
from unit.author.infer.infer_examples import ROOT
from unit.csv.workbook.described import ENDING, built

FOLDER: Final = ROOT / "tests" / "files"
TABLE: Final = FOLDER / "expected.toml"
_USUAL: Final[Mapping[str, Any]] = {"delimiter": ",", "header": True, "quoteChar": '"'}
_UNSTATED: Final = frozenset(["name", "label", "type", "bigquery", "constraints", "title"])


@dataclass(frozen=True, slots=True)
class Expected:
    """A row of the table. A file has either a contract or an error."""

    path: str
    about: str
    contract: tuple[str, ...] = ()
    """The dialect, then each column, as `summary` writes them."""
    error: str = ""
    """A part of the message with which infer refuses the file."""
    rejected: int = 0
    """Rows that no contract accepts."""
    says: str = ""
    """A part of what infer writes to stderr."""
    comments: Mapping[str, str] = field(default_factory=dict)
    """Parts of the comments of columns."""
    totals: str = ""
    """The pattern of the totals that the file states."""


def table() -> list[Expected]:
    """Return the rows of the table in its order."""
    found = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    rows = []
    for path, row in found.items():
        given: dict[str, Any] = {**row, "contract": tuple(row.get("contract", ()))}
        rows.append(Expected(path, **given))
    return rows


def names() -> set[str]:
    """Return the paths of the files, as the table has them: without the ending of a source."""
    files = (path for path in FOLDER.rglob("*") if path.is_file() and path != TABLE)
    return {path.relative_to(FOLDER).as_posix().removesuffix(ENDING) for path in files}


def file_of(row: Expected, folder: Path) -> Path:
    """Return the file of a row. A workbook is built in `folder` from its source."""
    source = FOLDER / f"{row.path}{ENDING}"
    if not source.exists():
        return FOLDER / row.path
    file = folder / Path(row.path).name
    file.write_bytes(built(source))
    return file


def summary(contract: Contract) -> tuple[str, ...]:
    """Return what a contract says beyond the defaults, one short line for the file and one for each
    column."""
    dialect = contract.dialect.model_dump(by_alias=True, exclude_defaults=True)
    dialect.pop("doubleQuote", None)
    words = [] if contract.encoding == "utf-8" else [f"encoding={contract.encoding}"]
    words += [f"{name}={_text(v)}" for name, v in dialect.items() if _USUAL.get(name) != v]
    if contract.schema_.extra_columns:
        words.append(f"extraColumns={contract.schema_.extra_columns}")
    return (" ".join(words), *map(_column, contract.schema_.fields))


def _column(field: SchemaField) -> str:
    words = [field.name]
    if field.label is not None:
        words.append(f"label={_text(field.label)}")
    words.append(field.type)
    if field.bigquery not in (None, FIELD_TYPES[field.type].default_column):
        words.append(str(field.bigquery).replace(" ", ""))
    given = field.model_dump(by_alias=True, exclude_unset=True)
    words += [f"{name}={_text(v)}" for name, v in given.items() if name not in _UNSTATED]
    if field.constraints.enum:
        words.append(f"enum={_text(field.constraints.enum)}")
    return " ".join(words)


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return "|".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else _shown(repr(value).strip("'"))


def _shown(text: str) -> str:
    """Backslashes are not doubled, as patterns have many."""
    return text.replace("\\\\", "\\")
