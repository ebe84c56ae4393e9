"""Globs for object names, and the check that no two contracts match the same name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csvgate.contracts.globs import common_name, compile_glob
from csvgate.contracts.match import Contracts
from csvgate.contracts.model import Contract, Destination, Schema, SchemaField


def contract(dataset: str, *match: str) -> Contract:
    return Contract(
        dataset=dataset,
        match=match,
        schema_=Schema(fields=(SchemaField(name="id"),)),
        destination=Destination(dataset="d", table="t"),
    )


@pytest.mark.parametrize(
    ("pattern", "matching", "others"),
    [
        ("a/*.csv", ["a/x.csv", "a/.csv", "a/x.y.csv"], ["a/b/x.csv", "a/x.CSV", "b/a/x.csv"]),
        ("a/**", ["a/x", "a/b/x", "a/"], ["a", "b/a/x"]),
        ("a/**/*.csv", ["a/x.csv", "a/b/x.csv", "a/b/c/x.csv"], ["ax.csv", "a/b/x.txt"]),
        ("**/x.csv", ["x.csv", "a/x.csv"], ["yx.csv", "a/yx.csv"]),
        ("**x.csv", ["x.csv", "a/yx.csv"], ["x.csv.gz"]),
        ("a?c", ["abc", "a.c", "aéc"], ["ac", "abbc", "a/c"]),
        ("a.csv", ["a.csv"], ["abcsv", "a.csv\n"]),
        ("a(b)+$^", ["a(b)+$^"], ["ab"]),
        ("*", ["x", "日本"], ["x/y"]),
    ],
)
def test_globs(pattern: str, matching: list[str], others: list[str]) -> None:
    names = matching + others
    assert [n for n in names if compile_glob(pattern).fullmatch(n)] == matching


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("a/*.csv", "b/*.csv", None),
        ("a/*.csv", "a/*.csv.gz", None),
        ("a/*.csv", "a/*/x.csv", None),
        ("a/*.csv", "a/?.txt", None),
        ("*a", "*b", None),
        ("a/**/b", "ab", None),
        ("a/*", "a/?", "a/x"),
        ("a/*.csv", "a/2026*", "a/2026.csv"),
        ("a/**/x.csv", "a/x.csv", "a/x.csv"),
        ("a/**", "**/b.csv", "a/b.csv"),
        ("**", "*", "x"),
    ],
)
def test_common_names(one: str, other: str, expected: str | None) -> None:
    assert [common_name(one, other), common_name(other, one)] == [expected, expected]


PATTERNS = st.lists(st.sampled_from(["a", "b", "/", "?", "*", "**", "**/"]), max_size=6).map(
    "".join
)


@given(PATTERNS, PATTERNS, st.text(alphabet="ab/", min_size=1, max_size=6))
def test_a_common_name_is_found_if_there_is_one(one: str, other: str, name: str) -> None:
    found = common_name(one, other)
    if found is not None and one.strip("*/") + other.strip("*/"):
        assert compile_glob(one).fullmatch(found)
        assert compile_glob(other).fullmatch(found)
    if compile_glob(one).fullmatch(name) and compile_glob(other).fullmatch(name):
        assert found is not None


def test_the_contract_of_an_object() -> None:
    orders = contract("orders", "orders/*.csv", "orders/*.csv.gz")
    returns = contract("returns", "returns/**")
    contracts = Contracts([returns, orders])
    assert contracts.for_object("orders/x.csv.gz") == orders
    assert contracts.for_object("returns/2026/x.csv") == returns
    assert contracts.for_object("orders/2026/x.csv") is None
    assert contracts.for_object("orders/") is None
    assert contracts.for_dataset("returns") == returns
    assert contracts.for_dataset("return") is None
    assert (list(contracts), len(contracts)) == ([orders, returns], 2)


def test_patterns_of_one_contract_may_overlap() -> None:
    assert Contracts([contract("a", "a/*", "a/**")]).for_object("a/x") is not None


def test_two_contracts_for_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match=r"contract b: 'a/\*' and 'a/\*\*' of contract a both"):
        Contracts([contract("b", "b/*", "a/*"), contract("a", "a/**")])


def test_one_dataset_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="same dataset name"):
        Contracts([contract("a", "a"), contract("a", "b")])
