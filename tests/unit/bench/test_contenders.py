"""Contenders apply the rules, and miss only the faults that their notes name."""

import re
from importlib import import_module
from pathlib import Path

import pytest
from bench import truth
from bench.contenders import BY_NAME, entries_for
from bench.contenders.patterns import european_pattern
from bench.contenders.pydantic_model import row_type
from bench.shapes import wide
from bench.shapes.registry import BY_NAME as SHAPES
from bench.truth import Score, score
from pydantic import TypeAdapter, ValidationError

from unit.bench.shape_files import small

HELPERS = {
    "__init__", "orders_rules", "patterns", "polars_rules", "pydantic_model", "records_out",
}  # fmt: skip
INVISIBLE = {
    "csv_reader": {"row.stray_quote"},
    "pydantic_rows": {"row.stray_quote", "encoding.invalid"},
    "pydantic_encoded": {"row.stray_quote", "encoding.invalid"},
    "polars_mask": {
        "row.stray_quote", "encoding.invalid", "row.too_few_fields", "row.too_many_fields",
    },
}  # fmt: skip
"""The faults that a contender cannot see."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("contenders")


def scored(name: str, shape: str, folder: Path) -> Score:
    entry, made = BY_NAME[name], small(shape, folder)
    path = made.cleaned if entry.cleaned else made.path
    outcome = import_module(f"bench.contenders.{name}").run(path, SHAPES[shape].contract())
    assert outcome.rows == made.rows
    return score(truth.read(made.truth), outcome.findings, entry.place)


def pairs(*names: str) -> list[tuple[str, str]]:
    return [(n, s) for s in SHAPES for n in names if n in {e.name for e in entries_for(s)}]


@pytest.mark.parametrize(("name", "shape"), pairs("csvgate_encoded", "csvgate_values"))
def test_csvgate_is_exact(name: str, shape: str, folder: Path) -> None:
    assert scored(name, shape, folder).perfect


@pytest.mark.parametrize("shape", SHAPES)
def test_csvgate_is_exact_on_two_processors(shape: str, folder: Path) -> None:
    assert scored("csvgate_two", shape, folder).perfect


@pytest.mark.parametrize(("name", "shape"), pairs(*INVISIBLE))
def test_the_others_miss_only_what_they_cannot_see(name: str, shape: str, folder: Path) -> None:
    actual = scored(name, shape, folder)
    assert set(actual.missed) <= INVISIBLE[name]
    assert actual.rows_false == 0
    assert actual.rows_found > 0


@pytest.mark.parametrize("shape", SHAPES)
def test_a_bare_parse_sees_all_rows_and_only_their_width(shape: str, folder: Path) -> None:
    actual = scored("pyarrow_parse", shape, folder)
    assert actual.rows_false == 0
    assert not {code for code in actual.missed if code.startswith("row.too_")}


@pytest.mark.parametrize("name", INVISIBLE)
def test_the_others_miss_all_that_they_cannot_see(name: str, folder: Path) -> None:
    assert INVISIBLE[name] == set(scored(name, "dirty", folder).missed)


@pytest.mark.parametrize("kind", ["amount", "rate"])
def test_numbers_with_a_decimal_comma(kind: str) -> None:
    fields = wide.contract().schema_.fields
    field = next(each for each in fields if each.name.startswith(kind))
    matches = re.compile(european_pattern(field)).fullmatch
    for text in ("0,5", "-12,3456", "1234,5", "7"):
        assert matches(text)
    assert bool(matches("-1.234.567,89")) is (kind == "amount")
    for text in wide.WRONG[kind][1]:
        assert not matches(text)
        assert field.name in pydantic_faults(field.name, text)


def pydantic_faults(name: str, text: str) -> set[str]:
    """The columns that pydantic finds faulty in a row with this text and else empty cells."""
    row: dict[str, str | None] = {f.name: None for f in wide.contract().schema_.fields}
    try:
        TypeAdapter(row_type(wide.contract())).validate_python({**row, name: text})
    except ValidationError as error:
        return {str(each["loc"][0]) for each in error.errors()}
    return set()


def test_every_contender_is_there() -> None:
    folder = Path(import_module("bench.contenders").__file__ or "").parent
    assert set(BY_NAME) == {path.stem for path in folder.glob("*.py")} - HELPERS


def test_a_library_that_is_missing_is_noticed() -> None:
    assert BY_NAME["polars_mask"].installed
    assert not type(BY_NAME["polars_mask"])("a", "b", "c", needs="not_a_library").installed
