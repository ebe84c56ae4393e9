"""The core schema of YAML 1.2, line numbers, and texts that are not YAML."""

from typing import Any

import pytest

from csvgate.contracts.reading.yaml import read_yaml


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("NO", "NO"),
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("true", True),
        ("FALSE", False),
        ("null", None),
        ("~", None),
        ("", None),
        ('"true"', "true"),
        ("'1'", "1"),
        ("12", 12),
        ("-7", -7),
        ("007", 7),
        ("0o17", 15),
        ("0x1F", 31),
        ("0b11", "0b11"),
        ("1_000", "1_000"),
        ("1.50", 1.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("12:30", "12:30"),
        ("12:30:45", "12:30:45"),
        ("2026-11-21", "2026-11-21"),
        ("2026-11-21T14:30:00Z", "2026-11-21T14:30:00Z"),
        ("!!str 12", "12"),
        ("=", "="),
        ("|\n  two\n  lines", "two\nlines\n"),
        ("[a, {b: c}]", ["a", {"b": "c"}]),
    ],
)
def test_scalars(text: str, expected: object) -> None:
    document = read_yaml(f"x: {text}\n".encode())
    assert document.wrong == []
    assert isinstance(document.data, dict)
    assert repr(document.data["x"]) == repr(expected)


def test_keys_are_words() -> None:
    assert read_yaml(b"on: 1\n1: 2\n<<: 3\n").data == {"on": 1, "1": 2, "<<": 3}


def test_an_anchor_stands_for_its_value() -> None:
    assert read_yaml(b"a: &x [1]\nb: *x\n").data == {"a": [1], "b": [1]}


def test_a_byte_order_mark_is_skipped() -> None:
    assert read_yaml("\ufeffa: 1\n".encode()).data == {"a": 1}


def test_lines_of_what_is_there_and_what_is_not() -> None:
    document = read_yaml(b"# about\na: 1\n\nb:\n  - c: 1\n    d: 2\n  - [3,\n     4]\n")
    places: list[tuple[str | int, ...]] = [
        ("a",),
        ("b",),
        ("b", 0, "d"),
        ("b", 1, 1),
        ("b", 0, "missing"),
        ("zzz", "missing"),
    ]
    assert [document.line(place) for place in places] == [2, 4, 6, 8, 5, 2]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"", ((), 1, "is empty; write a contract")),
        (b"~\n", ((), 1, "is empty; write a contract")),
        (b"# only a comment\n", ((), 1, "is empty; write a contract")),
        (b"a: 1\nb: 2\na: 3\n", (("a",), 3, "is there twice, first in line 1; keep one")),
        (b"a: caf\xe9\n", ((), 1, "is not UTF-8; save it as UTF-8")),
        (b"a: 1\nb: !x red\n", (("b",), 2, "has the tag !x; tags are not supported, drop it")),
        (b"a: !map {x: 1}\n", (("a",), 1, "has the tag !map; tags are not supported, drop it")),
        (b"a: !list [x]\n", (("a",), 1, "has the tag !list; tags are not supported, drop it")),
        (b"a: .inf\n", (("a",), 1, ".inf is not a finite number; write a finite one")),
        (b"a: -.Inf\n", (("a",), 1, "-.Inf is not a finite number; write a finite one")),
        (b"a: .nan\n", (("a",), 1, ".nan is not a finite number; write a finite one")),
        (b"a: 1e999\n", (("a",), 1, "1e999 is not a finite number; write a finite one")),
        (b"a: &x [*x]\n", (("a", 0), 1, "contains itself through an alias; write it out")),
        (b"? [a, b]\n: 1\n", ((), 1, "has a key that is not a word")),
    ],
)  # fmt: skip
def test_mistakes(text: bytes, expected: object) -> None:
    assert read_yaml(text).wrong == [expected]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (b"a: 1\nb: [1, 2\nc: 3\n", 3),
        (b"a:\n\t- 1\n", 2),
        (b"a: 1\n---\nb: 2\n", 2),
        (b"a: *nobody\n", 1),
        (b"a: 'x\n", 2),
        (b"a: \x00\n", None),
        (b"a: " + b"[" * 1500 + b"]" * 1500, None),
        (b"a: " + b"9" * 5000, None),
    ],
)
def test_what_is_not_yaml(text: bytes, line: int | None) -> None:
    document = read_yaml(text)
    [(place, actual, message)] = document.wrong
    assert (place, document.data, message.startswith("is not YAML: ")) == ((), None, True)
    assert line is None or actual == line


def test_all_mistakes_at_once() -> None:
    wrong: Any = read_yaml(b"a: .nan\nb: !x y\nb: 2\na: 3\n").wrong
    assert [(place, line) for place, line, _ in wrong] == [
        (("a",), 1),
        (("b",), 2),
        (("b",), 3),
        (("a",), 4),
    ]
