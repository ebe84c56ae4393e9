"""Keys of references are looked up in bulk, with the same answer as one by one."""

from collections.abc import Callable, Hashable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("pyarrow")

import numpy as np
import pyarrow as pa

from csvgate.csv.records import Record
from csvgate.unique.column_hash import combine_columns, hash_column
from csvgate.unique.keyed_hash import KeyedHash
from csvgate.validation.cells import Cells
from csvgate.validation.fast.reference_keys import (
    ReferenceKeys,
    keys_of_tuples,
    keys_of_values,
)
from csvgate.validation.rules import Rules
from csvgate.validation.validate import validate
from unit.validation.fast.test_paths import RULES_ONLY, outcome
from unit.validation.files import contract

KEYED = KeyedHash(bytes(32))
MAKE: dict[str, tuple[Any, Callable[[int], Hashable]]] = {
    "strings": (pa.string(), lambda n: f"C{n:x}"),
    "long strings": (pa.string(), lambda n: "x" * 40 + str(n)),
    "integers": (pa.int64(), lambda n: (n - 500) * 2**53),
    "decimals": (pa.decimal128(38, 9), lambda n: Decimal(n).scaleb(-2)),
    "days": (pa.date32(), lambda n: date(2026, 1, 1) + timedelta(n)),
}


@pytest.mark.parametrize("name", MAKE)
@given(st.sets(st.integers(0, 1000)), st.lists(st.none() | st.integers(0, 1000), max_size=50))
def test_a_key_is_found_if_the_reference_has_it(
    name: str, known: set[int], wanted: list[int | None]
) -> None:
    kind, make = MAKE[name]
    keys = keys_of_values({make(n) for n in known}, kind, KEYED)
    assert keys is not None
    values = [None if n is None else make(n) for n in wanted]
    found = keys.have(hash_column(pa.array(values, kind), KEYED))
    assert [n in known for n in wanted] == found.tolist()


@given(
    st.sets(st.tuples(st.integers(0, 9), st.none() | st.integers(0, 9))),
    st.lists(st.tuples(st.integers(0, 9), st.none() | st.integers(0, 9)), max_size=50),
)
def test_a_group_is_found_if_the_reference_has_it(
    known: set[tuple[int, int | None]], wanted: list[tuple[int, int | None]]
) -> None:
    def tuples(pairs: Any) -> list[tuple[str, int | None]]:
        return [(f"C{a}", b) for a, b in pairs]

    kinds = [pa.string(), pa.int64()]
    keys = keys_of_tuples(set(tuples(known)), kinds, KEYED)
    assert keys is not None
    columns = zip(*tuples(wanted), strict=True) if wanted else ([], [])
    hashes = [hash_column(pa.array(values, kind), KEYED)
              for values, kind in zip(columns, kinds, strict=True)]  # fmt: skip
    found = keys.have(combine_columns(hashes, KEYED))
    assert [pair in known for pair in wanted] == found.tolist()


@pytest.mark.parametrize("count", [1, 2, 3, 1000])
def test_hashes_that_share_a_place_are_told_apart(count: int) -> None:
    """All of these have the same highest bits; neighbours differ in the last bit only."""
    first = np.arange(count, dtype=np.uint64) * np.uint64(2)
    hashes = np.stack([first, first + np.uint64(7)], axis=1)
    keys = ReferenceKeys(hashes[::-1])
    assert keys.have(hashes).all()
    assert not keys.have(hashes + np.array([1, 0], np.uint64)).any()
    assert not keys.have(hashes + np.array([0, 1], np.uint64)).any()


def test_an_empty_reference_has_no_key() -> None:
    keys = keys_of_values(set(), pa.int64(), KEYED)
    assert keys is not None
    assert not keys.have(hash_column(pa.array([0, 1, None]), KEYED)).any()


@pytest.mark.parametrize(
    ("known", "kind"),
    [({2**70}, pa.int64()), ({"a"}, pa.int64()), ([1], pa.int64()), ({"\ud800"}, pa.string()),
     ({Decimal(1)}, pa.decimal256(76, 38))],
)  # fmt: skip
def test_keys_that_cannot_be_hashed_in_bulk_are_left_to_the_rules(known: Any, kind: Any) -> None:
    assert keys_of_values(known, kind, KEYED) is None
    tuples = {(key,) for key in known} if isinstance(known, set) else known
    assert keys_of_tuples(tuples, [kind], KEYED) is None


COLUMNS: dict[str, tuple[dict[str, Any], list[str], set[Any]]] = {
    "id": ({"type": "integer"}, ["1", "01", "+2", "3", "", "x", "-999"], {1, 3}),
    "code": ({"missingValues": ["", "NA"]}, ["a", "b", "é", "", "NA", "a "], {"a", "é"}),
    "day": (
        {"type": "date", "format": "%d.%m.%Y"},
        ["1.2.2026", "01.02.2026", "02.02.2026", "31.02.2026", ""],
        {date(2026, 2, 1)},
    ),
    "amount": (
        {"type": "number", "decimalChar": ",", "groupChar": "."},
        ["1.234,5", "1234,50", "2", "1.23,4", ""],
        {Decimal("1234.5"), Decimal(7)},
    ),
}


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_both_paths_find_the_same_foreign_keys(data: st.DataObject) -> None:
    names = data.draw(st.lists(st.sampled_from([*COLUMNS]), min_size=1, max_size=3, unique=True))
    keys = data.draw(st.lists(st.lists(st.sampled_from(names), min_size=1, unique=True).map(tuple),
                              min_size=1, max_size=3, unique=True))  # fmt: skip
    rules = contract(
        *({"name": name, "bigquery": {"id": "INT64", "code": "STRING", "day": "DATE",
                                      "amount": "NUMERIC"}[name], **COLUMNS[name][0]}
          for name in names),
        dialect={"header": False, "delimiter": "|"},
        schema={"foreignKeys": [{"fields": key, "reference": {"resource": "others", "fields": key}}
                                for key in map(list, keys)]},
    )  # fmt: skip
    references: list[set[Any]] = []
    for key in keys:
        tuples = {tuple(data.draw(st.sampled_from(sorted(COLUMNS[name][2]))) for name in key)
                  for _ in range(data.draw(st.integers(0, 3)))}  # fmt: skip
        references.append({key for (key,) in tuples} if len(key) == 1 else tuples)
    row = st.tuples(*(st.sampled_from(COLUMNS[name][1]) for name in names)).map("|".join)
    lines = data.draw(st.lists(row, max_size=40))
    file = "".join(f"{line}\n" for line in lines).encode()
    sizes: dict[str, Any] = {"references": references}
    expected = outcome([file], rules, vector_bytes=RULES_ONLY, **sizes)
    assert expected == outcome([file], rules, vector_bytes=1, block_bytes=200, **sizes)


@pytest.mark.parametrize("width", [1, 2])
def test_the_rules_see_only_keys_that_are_not_in_the_reference(
    width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of 30,000 different customers would otherwise be read by a Python function."""
    read, judged = list[str](), list[int]()
    read_cell, faults_in, check = Cells._read, Rules.faults_in, Rules.check

    def spy(self: Cells, text: str) -> object:
        read.append(text)
        return read_cell(self, text)

    def spy_on_faults(self: Rules, line: int, *args: Any) -> Any:
        judged.append(line)
        return faults_in(self, line, *args)

    def spy_on_rows(self: Rules, record: Record) -> Any:
        judged.append(record.line)
        return check(self, record)

    names = ["customer", "shop"][:width]
    key = {"fields": names, "reference": {"resource": "customers", "fields": names}}
    constraints = {"pattern": "C[0-9]{7}"}
    rules = contract({"name": "customer", "constraints": constraints}, "shop",
                     dialect={"header": False}, schema={"foreignKeys": [key]})  # fmt: skip
    customers = [f"C{n * 7919 % 10**7:07}" for n in range(30_000)]
    file = "".join(f"{customer},s\n" for customer in [*customers, "C9999999"]).encode()
    known: Any = set(customers) if width == 1 else {(customer, "s") for customer in customers}
    monkeypatch.setattr(Cells, "_read", spy)
    monkeypatch.setattr(Rules, "faults_in", spy_on_faults)
    monkeypatch.setattr(Rules, "check", spy_on_rows)
    batches = [*validate([file], rules, references=[known], vector_bytes=1)]
    assert [30_001] == [row.line for batch in batches for row in batch.rejected]
    assert {"C9999999"} == {text for text in read if text.startswith("C")}
    # A cell without its row says whether a key of one field is in the reference.
    assert ([30_001] if width == 2 else []) == judged
