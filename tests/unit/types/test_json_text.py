"""Strict JSON, compared with Python's json module."""

import json
import math
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csvgate.types.common.json_text import WrongJson, hashable, parse_json, require_storable

leaves = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]))
)
keys = st.text(st.characters(exclude_categories=["Cs"]))
values = st.recursive(leaves, lambda v: st.lists(v) | st.dictionaries(keys, v), max_leaves=20)


@given(values, st.booleans())
def test_what_json_writes_is_accepted_and_storable(value: Any, ascii_: bool) -> None:
    text = json.dumps(value, ensure_ascii=ascii_)
    require_storable(text)
    assert json.loads(text, parse_float=Decimal, parse_int=Decimal) == parse_json(text)


@given(st.text('[]{}",:0123.e-+ truefalsn\\ud8', max_size=20))
def test_what_is_accepted_is_json(text: str) -> None:
    try:
        found = parse_json(text)
    except WrongJson:
        return
    assert json.loads(text, parse_float=Decimal, parse_int=Decimal) == found


@given(values, values)
def test_hashable_is_equal_for_equal_values_only(one: Any, other: Any) -> None:
    a, b = (parse_json(json.dumps(value)) for value in (one, other))
    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert hash(hashable(a)) is not None
    if same:
        assert hashable(a) == hashable(b)
    elif not {type(one), type(other)} & {float, list, dict}:
        assert hashable(a) != hashable(b)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("1", "1.0", True), ("1", "true", False), ("0", "false", False), ("[]", "{}", False),
        ('{"a": 1, "b": 2}', '{"b": 2, "a": 1}', True), ("[1, 2]", "[2, 1]", False),
        ('"1"', "1", False), ("null", "0", False), ('[["a"]]', '[["a"]]', True),
    ],
)  # fmt: skip
def test_equality(one: str, other: str, same: bool) -> None:
    assert same == (hashable(parse_json(one)) == hashable(parse_json(other)))


@given(
    st.from_regex(r"-?(0|[1-9][0-9]{0,24})(\.[0-9]{1,24})?([eE][-+]?[0-9]{1,3})?", fullmatch=True)
)
def test_a_number_that_is_storable_reads_back_as_itself(text: str) -> None:
    try:
        require_storable(text)
    except WrongJson:
        return
    if text.lstrip("-").isdigit() and -(2**63) <= int(text) < 2**64:
        return
    found = float(text)
    assert math.isfinite(found)
    assert Decimal(text) in (Decimal(repr(found)), Decimal(f"{found:.16e}"))


def test_messages_do_not_repeat_the_text() -> None:
    for text in ('{"secret": 1, "secret": 2}', "secret", "[Infinity]", '["\\ud800"]'):
        with pytest.raises(WrongJson) as caught:
            parse_json(text)
        assert "secret" not in str(caught.value)
