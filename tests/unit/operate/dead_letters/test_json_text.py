"""Formatting JSON changes nothing but the space between its values."""

import json
import random
from typing import Any

import pytest

from csvgate_ops.operate.dead_letters.content.json_text import formatted, json_problem


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{}", "{}\n"),
        ("[ ]", "[]\n"),
        ("1.50", "1.50\n"),
        ('{"a":[1.50,null],"b":{}}', '{\n  "a": [\n    1.50,\n    null\n  ],\n  "b": {}\n}\n'),
        (
            '[123456789012345678901234567890.10,-0,1E400,"\\u00e9\\/"]',
            '[\n  123456789012345678901234567890.10,\n  -0,\n  1E400,\n  "\\u00e9\\/"\n]\n',
        ),
        ('{"a":1,"a":2}', '{\n  "a": 1,\n  "a": 2\n}\n'),
        ('[",:{}[] \\" \\\\",","]', '[\n  ",:{}[] \\" \\\\",\n  ","\n]\n'),
        ("[[[]],[{}]]", "[\n  [\n    []\n  ],\n  [\n    {}\n  ]\n]\n"),
        ("{broken", "{broken"),
        ("", ""),
    ],
)
def test_values_stay_as_they_are_written(text: str, expected: str) -> None:
    assert expected == formatted(text)
    assert expected == formatted(expected)


def test_the_result_is_what_python_would_write() -> None:
    generator = random.Random(19)  # noqa: S311 - not a secret

    def value(depth: int) -> Any:
        kind = generator.randrange(7 if depth < 4 else 5)
        if kind == 5:
            return [value(depth + 1) for _ in range(generator.randrange(4))]
        if kind == 6:
            return {text(): value(depth + 1) for _ in range(generator.randrange(4))}
        return (None, True, generator.randrange(10**20), generator.random(), text())[kind]

    def text() -> str:
        return "".join(generator.choices('aß"\\\n\t,:{}[] 東\U0001f600', k=generator.randrange(6)))

    for _ in range(200):
        found = value(0)
        compact = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
        assert json.dumps(found, ensure_ascii=False, indent=2) + "\n" == formatted(compact)


def test_deep_json_stays_in_proportion() -> None:
    text = "[" * 900 + "]" * 900
    assert len(formatted(text)) < 250 * len(text)
    hopeless = "[" * 200_000
    assert hopeless == formatted(hopeless)
    assert "nested too deeply" in json_problem(hopeless)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('{"a": 1}', ""),
        ('{\n"a": }', "Expecting value in line 2, column 6"),
        ('{"b": {"a": 1, "a": 2}}', 'the key "a" is in the same object twice'),
        ('{"a": NaN}', "NaN is not a number of JSON"),
        ("", "Expecting value in line 1, column 1"),
        ('{"a": 1} x', "Extra data in line 1, column 10"),
    ],
)
def test_what_is_wrong_and_where(text: str, problem: str) -> None:
    assert problem == json_problem(text)
