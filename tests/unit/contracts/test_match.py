"""Globs for object names, and the check that no two contracts match the same name."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from csvgate.contracts import common_names
from csvgate.contracts.common_names import common_name
from csvgate.contracts.globs import Glob, compile_glob
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
    assert [n for n in names if compile_glob(pattern).matches(n)] == matching


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


REGEX = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


@given(PATTERNS, st.text(alphabet="ab/\n", max_size=8))
@example("**/**/a", "b/a")
@example("*/**/?", "a/b")
@example("a**/*b", "aa/b/bab")
def test_globs_equal_their_definition(pattern: str, name: str) -> None:
    tokens = re.findall(r"\*\*/|\*\*|\*|\?|[^*?]", pattern)
    regex = "".join(REGEX.get(token) or re.escape(token) for token in tokens)
    assert compile_glob(pattern).matches(name) == bool(re.fullmatch(regex, name, re.DOTALL))


HOSTILE_GLOBS = [
    "orders/*_*_*_*.csv",
    "orders/" + "*_" * 200 + "x",
    "**/" * 200 + "x",
    "**_" * 200 + "x",
    "orders/" + "*?" * 200 + "/*.csv",
    "orders/**/*_**/*_**/*_x",
]


@pytest.mark.parametrize("pattern", HOSTILE_GLOBS)
@pytest.mark.parametrize("end", ["", "x", ".csv", "/.csv"])
@pytest.mark.parametrize("piece", ["_", "/", "_/", "x_"])
def test_a_name_costs_one_step_per_character(
    monkeypatch: pytest.MonkeyPatch, pattern: str, end: str, piece: str
) -> None:
    """And a step only calculates with integers of one bit per character of the pattern."""
    glob = compile_glob(pattern)
    assert glob.size <= len(pattern)
    steps = count(monkeypatch, Glob, "consume")
    widest = count(monkeypatch, Glob, "spread", lambda _, states, __: states.bit_length())
    name = "orders/" + piece * 1_000 + end
    glob.matches(name)
    assert len(steps) <= len(name)
    assert max(widest, default=0) <= len(pattern) + 1


@pytest.mark.parametrize("one", HOSTILE_GLOBS)
@pytest.mark.parametrize("other", [*HOSTILE_GLOBS, "orders/" + "*_" * 200 + "y", "**"])
def test_a_pair_of_patterns_costs_few_steps_per_character(
    monkeypatch: pytest.MonkeyPatch, one: str, other: str
) -> None:
    compile_glob(one), compile_glob(other)
    steps = count(monkeypatch, Glob, "spread")
    moves = count(monkeypatch, common_names, "_moves_before")
    found = common_name(one, other)
    assert len(steps) <= 2 * len(one) + 1
    assert len(moves) <= len(one) + len(other)
    if found is not None:
        assert compile_glob(one).matches(found)
        assert compile_glob(other).matches(found)


def test_many_contracts_with_many_stars(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each pair of patterns costs its own length; other contracts add nothing to it."""
    contracts = [
        contract(f"c{n}", *("*_" * 20 + f"{n}.{kind}.csv" for kind in "abc")) for n in range(20)
    ]
    steps = count(monkeypatch, Glob, "spread")
    found = Contracts(contracts).for_object("_" * 1_000 + "7.b.csv")
    assert found == next(c for c in contracts if c.dataset == "c7")
    pairs, length = (3 * 20) ** 2 // 2, len(contracts[0].match[0]) + 2
    assert len(steps) <= 2 * length * pairs + 3 * 20 * 1_100


def count(
    monkeypatch: pytest.MonkeyPatch,
    owner: object,
    name: str,
    measure: Callable[..., int] = lambda *_: 1,
) -> list[int]:
    """Record what `measure` returns for the arguments of each call."""
    calls, original = list[int](), getattr(owner, name)

    def counted(*arguments: Any) -> Any:
        calls.append(measure(*arguments))
        return original(*arguments)

    monkeypatch.setattr(owner, name, counted)
    return calls


@given(PATTERNS, PATTERNS, st.text(alphabet="ab/", min_size=1, max_size=6))
def test_a_common_name_is_found_if_there_is_one(one: str, other: str, name: str) -> None:
    found = common_name(one, other)
    if found is not None and one.strip("*/") + other.strip("*/"):
        assert compile_glob(one).matches(found)
        assert compile_glob(other).matches(found)
    if compile_glob(one).matches(name) and compile_glob(other).matches(name):
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
