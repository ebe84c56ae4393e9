"""csvgate's own expressions take linear time and little memory for every text, and mean what their
simpler forms mean."""

import difflib
import re
import tracemalloc
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csvgate.contracts.reading.mistakes import MOST_COMPARED, suggest
from csvgate.csv.labels import WantedColumn, find_positions, mistakes
from csvgate.gcp.errors import reason
from csvgate.types.common.json_text import WrongJson, parse_json
from csvgate.types.common.string_formats import is_uri
from csvgate_ops.author.infer.contract.naming import dataset_name
from csvgate_ops.operate.dead_letters.content.masking import _QUOTED
from unit.types.cell import read

CELL = 2 * 1024 * 1024
"""Characters; the largest cell that a record can have."""

MONEY: dict[str, Any] = {
    "affixes": ["€", "EUR", "% "],
    "negative": ["leading", "trailing", "parentheses"],
    "groupChar": ".",
    "decimalChar": ",",
    "wholeDecimals": True,
}


def whole(text: str, **field: Any) -> object:
    return read(text, type="integer", **field)


def levels(text: str) -> object:
    try:
        return parse_json(text)
    except WrongJson as error:
        return str(error)


@pytest.mark.parametrize(
    ("reads", "text"),
    [
        (is_uri, "a:" + "a" * CELL),
        (is_uri, "http://h/" + "%41" * (CELL // 3)),
        (is_uri, "http://" + "a" * CELL),
        (is_uri, "http://h/" + "a" * CELL + "%"),
        (levels, "[" * 501 + '"' + "a" * CELL),
        (levels, "[" * 501 + '"' + "\\n" * (CELL // 2)),
        (lambda text: whole(text, bareNumber=False), " " * CELL),
        (lambda text: whole(text, bareNumber=False), "." * CELL),
        (lambda text: whole(text, **MONEY), "€" + " " * CELL),
        (lambda text: whole(text, **MONEY), "1" + " " * CELL + "x"),
        (lambda text: whole(text, **MONEY), "(" + "1" * CELL),
        (lambda text: whole(text, **MONEY), "1" + ".123" * (CELL // 4) + "EUR" * 2),
        (lambda text: whole(text, groupChar=","), "1" + ",123" * (CELL // 4) + "x"),
        (lambda text: whole(text, groupChar=","), "1" + ",12" * (CELL // 3)),
    ],
)
def test_a_large_cell_takes_less_memory_than_it_has(
    reads: Callable[[str], object], text: str
) -> None:
    """A repeated group that is not possessive takes 120 bytes for each repetition: 240 MiB for one
    cell."""
    reads(text[:100])
    tracemalloc.start()
    reads(text)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * CELL


def test_what_urlsplit_remembers_is_short() -> None:
    urlsplit.cache_clear()  # type: ignore[attr-defined]
    before = urlsplit.cache_info().currsize  # type: ignore[attr-defined]
    assert not is_uri("http://" + "a" * 2_049)
    assert urlsplit.cache_info().currsize == before  # type: ignore[attr-defined]
    assert is_uri("http://" + "a" * 2_048 + "/" + "b" * CELL)


SIMPLE_URI = re.compile(
    r"[A-Za-z][A-Za-z0-9+.-]*:(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+"
)


def is_simple_uri(text: str) -> bool:
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return False
    hosted = parts.scheme in ("http", "https", "ftp", "ftps", "ws", "wss")
    return bool(SIMPLE_URI.fullmatch(text)) and (not hosted or bool(parts.hostname))


PIECES = ["http:", "HTTPS:", "a:", "//", "/", "h", "@", ":8", ":x", "[", "]", "[::1]", "?", "#"]


@given(st.lists(st.sampled_from([*PIECES, "%41", "%4", ".", " "]), max_size=8).map("".join))
def test_uris(text: str) -> None:
    assert is_uri(text) == is_simple_uri(text)


@given(st.lists(st.sampled_from(["1", "12", "123", ",", ",123", "-", "x", "."]), max_size=7))
def test_grouped_numbers(parts: list[str]) -> None:
    text = "".join(parts)
    grouped = r"(?:[0-9]{1,3}(?:,[0-9]{2,3})*,[0-9]{3}|[0-9]+)"
    for bare, shape in [
        (True, rf"([+-]?{grouped})"),
        (False, rf"(?:[^0-9+\-(.]|\.(?![0-9]))*([+-]?{grouped})[^0-9+\-]*"),
    ]:
        found = re.fullmatch(shape, text)
        value = whole(text, groupChar=",", bareNumber=bare, missingValues=[])
        assert value == (int(found[1].replace(",", "")) if found else ["type.integer"])
    found = re.fullmatch(rf"(-?{grouped})(?:\.[0-9]*)?|(-?\.[0-9]+)", text)
    value = read(text, type="number", bigquery="BIGNUMERIC", groupChar=",", missingValues=[])
    assert value == (Decimal(found[0].replace(",", "")) if found else ["type.number"])


def count_comparisons(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The products of the lengths of the texts that are compared."""
    calls, ratio = list[int](), difflib.SequenceMatcher.real_quick_ratio

    def counted(self: difflib.SequenceMatcher[str]) -> float:
        compared = vars(self)
        calls.append(len(compared["a"]) * len(compared["b"]))
        return ratio(self)

    monkeypatch.setattr(difflib.SequenceMatcher, "real_quick_ratio", counted)
    return calls


def test_a_header_is_compared_with_few_labels(monkeypatch: pytest.MonkeyPatch) -> None:
    comparisons = count_comparisons(monkeypatch)
    names = [format(number, "040b") for number in range(2_000)]
    pairs = zip(names[::2], names[1::2], strict=True)
    wanted = [WantedColumn(f"name{number}", pair) for number, pair in enumerate(pairs)]
    labels = [format(number, "b") * 3 for number in range(2_000, 12_000)]
    found = find_positions(labels, wanted)
    assert list(mistakes(labels, wanted, found, lambda _: True, "refuse"))
    assert len(comparisons) <= 50 * 40
    assert max(comparisons) <= 40 * 40


def test_an_unknown_word_is_compared_with_few_words(monkeypatch: pytest.MonkeyPatch) -> None:
    comparisons = count_comparisons(monkeypatch)
    message = suggest("x" * 100_000, [f"c{number}" for number in range(2_000)])
    assert len(comparisons) == MOST_COMPARED
    assert max(comparisons) <= 300 * 5
    assert message.endswith("c499 and 1500 more")


@pytest.mark.parametrize("name", ["1" * 200 + "x", "1)" * 100 + "x", "v1(" * 60 + "x"])
def test_the_name_of_a_file_is_read_without_backtracking(name: str) -> None:
    assert dataset_name(Path(f"{name}.csv"))


@given(st.lists(st.sampled_from(["a", "v", "1", "2", "(", ")", "_", "Final", "part"]), max_size=9))
def test_the_dataset_of_a_file(parts: list[str]) -> None:
    stem = "".join(parts)
    simple = r"(?i)(?:[-_. ()]*(?:[0-9]+|part|export|final|copy|v[0-9]+)[)]?)+$"
    rest = re.sub(simple, "", stem)
    found = dataset_name(Path("/folder") / f"{stem}.csv")
    if re.fullmatch("[A-Za-z0-9][A-Za-z0-9_]*[A-Za-z0-9]|[A-Za-z0-9]", rest):
        assert found == rest


@given(st.text(alphabet="ab@'\" \n", max_size=12))
def test_quoted_values_and_addresses(text: str) -> None:
    simple = re.sub(r"'[^']*'|\"[^\"]*\"|[^\s'\"]+@[^\s'\"]+", "*", text)
    assert _QUOTED.sub("*", text) == simple


def test_long_messages() -> None:
    """Expressions that search for their end from each character would need minutes for these."""
    assert _QUOTED.sub("*", "a" * 300_000) == "a" * 300_000
    assert reason(ValueError(" " * 300_000 + "x")) == "x"
