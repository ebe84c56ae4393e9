"""The loader returns contracts, or every mistake of every file with its line."""

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from csvgate.contracts.load import load, load_directory
from csvgate.contracts.reading.mistakes import ContractError, Mistake

RIGHT = """\
dataset: {name}
match: ["{name}/*.csv"]
schema:
  fields: [{{name: id}}]
destination: {{dataset: d, table: t}}
"""

WRONG = """\
dataset: sales
match: sales/*.csv
encoding: utf-32
schema:
  fields:
    - {name: id, constraints: {requried: true, pattern: "["}}
    - {name: ID, type: integr, constraints: {minimum: 3}}
    - name: day
      type: date
      type: datetime
  primaryKey: di
destination: {dataset: d, table: t, partition_by: dya}
on_overwrite: ignore
enrich:
  - {lookup: {reference: rate, by: id, add: [day]}}
  - derive: {x: {sql: "1"}}
references:
  rates: {object: rates.csv, key: code}
"""


def test_all_mistakes_of_a_file(mistakes_in: Callable[[str], list[Mistake]]) -> None:
    assert [(m.line, m.path, m.message) for m in mistakes_in(WRONG)] == [
        (2, "match", "should be a list, but is a single text; write [sales/*.csv]"),
        (
            3,
            "encoding",
            "'utf-32' is not a supported encoding; use utf-8, utf-16, windows-1252, "
            "iso-8859-1 or another encoding that docs/contracts.md lists",
        ),
        (
            6,
            "schema.fields[0].constraints.requried",
            "unknown property `requried`; did you mean `required`?",
        ),
        (
            6,
            "schema.fields[0].constraints.pattern",
            "is not a regular expression in the syntax of RE2: missing ]: [",
        ),
        (
            7,
            "schema.fields[1].type",
            "'integr' is not one of string, integer, number, boolean, date, time, datetime, year, "
            "yearmonth, duration, geopoint, object, array, list, any; did you mean `integer`?",
        ),
        (10, "schema.fields[2].type", "is there twice, first in line 9; keep one"),
        (11, "schema.primaryKey[0]", "'di' is not a field; known: id, ID, day"),
        (
            12,
            "destination.partition_by",
            "'dya' is not a column of the table; did you mean `day`?",
        ),
        (13, "on_overwrite", "'ignore' is not one of append, refuse, replace"),
        (
            15,
            "enrich[0].lookup.reference",
            "'rate' is not in `references`; did you mean `rates`?",
        ),
        (
            15,
            "enrich[0].lookup.add[0]",
            "'day' already is a column; choose another name",
        ),
        (16, "enrich[1].derive.x.bigquery", "is missing; it is required"),
    ]


@pytest.mark.parametrize(
    ("field", "path"),
    [
        # Consequences of a mistake are not reported as further mistakes.
        ("{name: id, type: integr, constraints: {minimum: 3}}", "schema.fields[0].type"),
        ("{name: id, tpye: integer, constraints: {minimum: 3}}", "schema.fields[0].tpye"),
        ("{nmae: id, name: x, type: integer}", "schema.fields[0].nmae"),
        ("{name: id, type: {}}", "schema.fields[0].type"),
        ("{name: [id]}", "schema.fields[0].name"),
        ("id", "schema.fields[0]"),
        ("null", "schema.fields[0]"),
        ("{name: id, constraints: {enum: [a, null]}}", "schema.fields[0].constraints.enum[1]"),
        ("{name: id, constraints: {enum: [.nan]}}", "schema.fields[0].constraints.enum[0]"),
        ("{name: id, bigquery: 3}", "schema.fields[0].bigquery"),
    ],
)
def test_one_mistake_is_reported_once(
    mistakes_in: Callable[[str], list[Mistake]], field: str, path: str
) -> None:
    text = f"""\
        dataset: sales
        match: [a]
        schema: {{fields: [{field}], primaryKey: id}}
        destination: {{dataset: d, table: t, cluster_by: [id]}}
        """
    assert [m.path for m in mistakes_in(textwrap.dedent(text))] == [path]


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("[]", ""),
        ("word", ""),
        (RIGHT.format(name="sales") + "enrich: [1]\n", "enrich[0]"),
        (RIGHT.format(name="sales") + "enrich: {}\n", "enrich"),
        (RIGHT.format(name="sales") + "enrihc: []\n", "enrihc"),
        (RIGHT.format(name="sales") + "references: {a: 1}\n", "references.a"),
        (RIGHT.format(name="sales").replace("dataset: sales\n", ""), "dataset"),
        (RIGHT.format(name="sales").replace("destination", "destnation"), "destination"),
    ],
)
def test_a_structure_beyond_repair(
    mistakes_in: Callable[[str], list[Mistake]], text: str, path: str
) -> None:
    assert path in [m.path for m in mistakes_in(text)]


def test_an_error_reads_well(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("dataset: a\nmatch: []\nschema: {fields: [{name: x}]}\n")
    with pytest.raises(ContractError) as raised:
        load(tmp_path / "a.yaml")
    assert str(raised.value) == (
        "2 mistakes in contracts:\n"
        f"  {tmp_path}/a.yaml:1: destination: is missing; it is required\n"
        f"  {tmp_path}/a.yaml:2: match: is empty; it needs at least one entry"
    )
    assert isinstance(raised.value, ValueError)


def test_orders_loads(orders_yaml: Path) -> None:
    contract = load(orders_yaml)
    assert contract.dataset == "orders"
    assert contract.limits.max_bytes == 5 * 2**30
    assert "NO" in (contract.schema_.fields[3].constraints.enum or ())


def test_a_folder_loads(tmp_path: Path) -> None:
    for name in ("b", "a"):
        (tmp_path / f"{name}.yaml").write_text(RIGHT.format(name=name))
    (tmp_path / "README.md").write_text("not a contract")
    contracts = load_directory(tmp_path)
    assert [contract.dataset for contract in contracts] == ["a", "b"]
    found = contracts.for_object("b/x.csv")
    assert found is not None
    assert found.dataset == "b"


def test_all_mistakes_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(RIGHT.format(name="a"))
    (tmp_path / "a.yml").write_text(RIGHT.format(name="a"))
    (tmp_path / "b.yaml").write_text(RIGHT.format(name="b").replace("b/*.csv", "a/x*"))
    (tmp_path / "c.yaml").write_text(RIGHT.format(name="d"))
    (tmp_path / "e.yaml").write_text("")
    with pytest.raises(ContractError) as raised:
        load_directory(tmp_path)
    assert [(Path(m.file).name, m.line, m.path, m.message) for m in raised.value.mistakes] == [
        ("a.yml", 1, "dataset", f"'a' is also in {tmp_path}/a.yaml; rename one"),
        (
            "b.yaml",
            2,
            "match[0]",
            "'a/x*' and 'a/*.csv' of contract a both match, for example, 'a/x.csv'; "
            "narrow one of them",
        ),
        (
            "c.yaml",
            1,
            "dataset",
            "'d' differs from the file's name; rename the file or write c",
        ),
        ("e.yaml", 1, "", "is empty; write a contract"),
    ]


MERGED = """dataset: {name}
match: ["{name}/*.csv"]
schema:
  fields:
    - {{name: id, constraints: {{required: true}}}}
    - {{name: at, type: datetime}}
destination: {{dataset: crm, table: customers}}
"""


@pytest.mark.parametrize(
    ("more", "is_right"),
    [
        ("merge: {key: [id]}\n", True),
        ("merge: {key: [id], latest_by: at}\n", False),
        ("on_overwrite: replace\n", False),
        ("", False),
    ],
)
def test_contracts_that_share_a_table_keep_the_same_keys(
    tmp_path: Path, more: str, is_right: bool
) -> None:
    """An appended row could repeat the key of a merge, which is declared as the primary key."""
    (tmp_path / "a.yaml").write_text(MERGED.format(name="a") + "merge: {key: [id]}\n")
    (tmp_path / "b.yaml").write_text(MERGED.format(name="b") + more)
    if is_right:
        assert len(load_directory(tmp_path)) == 2
        return
    with pytest.raises(ContractError, match=r"contract a loads into crm\.customers too") as raised:
        load_directory(tmp_path)
    assert [("destination.table", 7)] == [(m.path, m.line) for m in raised.value.mistakes]


@pytest.mark.parametrize("name", ["nowhere", "."])
def test_a_folder_without_contracts(tmp_path: Path, name: str) -> None:
    with pytest.raises(ContractError, match=r"has no contracts \(\*\.yaml\)"):
        load_directory(tmp_path / name)
