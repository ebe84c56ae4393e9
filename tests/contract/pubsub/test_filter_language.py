"""The language of subscription filters: what it means, and what it refuses."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csvgate_ops.local.broker.delivery import filters
from csvgate_ops.local.broker.delivery.filter_tokens import FilterSyntaxError

MATCHES = [
    ("", {}),
    ("attributes:a", {"a": ""}),
    ("  attributes : a  ", {"a": ""}),
    ("attributes:ce-type", {"ce-type": "x"}),
    ('attributes:"a b/c"', {"a b/c": ""}),
    ('attributes.a = "1"', {"a": "1"}),
    ('attributes.a="1"', {"a": "1"}),
    ('attributes."a.b" = "1"', {"a.b": "1"}),
    ('attributes.a != "1"', {"a": "2"}),
    ('attributes.a != "1"', {}),
    ('attributes.a = "say \\"hi\\" \\\\ \\n"', {"a": 'say "hi" \\ \n'}),
    ('attributes.a = "\\x41\\u00e9\\101"', {"a": "AéA"}),
    ('hasPrefix(attributes.a, "pre")', {"a": "prefix"}),
    ('hasPrefix(attributes.a, "")', {"a": "x"}),
    ("NOT attributes:a", {}),
    ("-attributes:a", {}),
    ("NOT NOT attributes:a", {"a": ""}),
    ("NOT attributes:a AND attributes:b", {"b": ""}),
    ("attributes:a AND attributes:b AND attributes:c", {"a": "", "b": "", "c": ""}),
    ("attributes:a OR attributes:b OR attributes:c", {"c": ""}),
    ("attributes:a AND (attributes:b OR attributes:c)", {"a": "", "c": ""}),
    ("(attributes:a AND attributes:b) OR attributes:c", {"c": ""}),
    ("NOT (attributes:a OR attributes:b)", {"c": ""}),
    ("((attributes:a))", {"a": ""}),
    ("attributes:AND", {"AND": ""}),
]

MATCHES_NOT = [
    ("attributes:a", {}),
    ("attributes:a", {"A": ""}),
    ('attributes.a = "1"', {"a": "1 "}),
    ('attributes.a = "1"', {}),
    ('attributes.a != "1"', {"a": "1"}),
    ('hasPrefix(attributes.a, "pre")', {"a": "a prefix"}),
    ('hasPrefix(attributes.a, "")', {}),
    ("NOT attributes:a", {"a": ""}),
    ("NOT attributes:a AND attributes:b", {"a": "", "b": ""}),
    ("attributes:a AND (attributes:b OR attributes:c)", {"b": "", "c": ""}),
]

REFUSED = [
    ("nonsense", 0),
    ("attributes", 10),
    ("attributes:", 11),
    ("attributes.a", 12),
    ("attributes.a = 1", 15),
    ("attributes.a = b", 15),
    ("attributes.a = 'b'", 15),
    ('attributes.a == "b"', 14),
    ('attributes.a = "b', 15),
    ('attributes.a = "\\q"', 15),
    ('attributes.a < "b"', 13),
    ('attributes:a = "b"', 13),
    ("attributes:a AND", 16),
    ("AND attributes:a", 0),
    ("attributes:a attributes:b", 13),
    ("attributes:a and attributes:b", 13),
    ("not attributes:a", 0),
    ("attributes:a AND attributes:b OR attributes:c", 30),
    ("attributes:a OR attributes:b AND attributes:c", 29),
    ("(attributes:a", 13),
    ("attributes:a)", 12),
    ("()", 1),
    ('hasSuffix(attributes.a, "b")', 0),
    ("hasPrefix(attributes.a)", 22),
    ('hasPrefix(attributes:a, "b")', 20),
    ("   ", 3),
    ("attributes:" + "a" * 246, 0),
]


@pytest.mark.parametrize(("text", "attributes"), MATCHES)
def test_it_lets_through(text: str, attributes: dict[str, str]) -> None:
    assert filters.parse(text).matches(attributes)


@pytest.mark.parametrize(("text", "attributes"), MATCHES_NOT)
def test_it_holds_back(text: str, attributes: dict[str, str]) -> None:
    assert not filters.parse(text).matches(attributes)


@pytest.mark.parametrize(("text", "position"), REFUSED)
def test_it_refuses_and_says_where(text: str, position: int) -> None:
    with pytest.raises(FilterSyntaxError) as caught:
        filters.parse(text)

    assert caught.value.position == position


@given(st.text(alphabet=string.printable, max_size=60))
def test_garbage_is_read_or_refused_by_name(text: str) -> None:
    try:
        parsed = filters.parse(text)
    except FilterSyntaxError:
        return
    assert parsed.matches({"a": "b"}) in (True, False)


KEYS = st.sampled_from("abc")
VALUES = st.sampled_from(["", "x", "xy", 'q"\\'])


def quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


LEAVES = st.one_of(
    st.builds(filters.Has, KEYS),
    st.builds(filters.Equals, KEYS, VALUES),
    st.builds(filters.HasPrefix, KEYS, VALUES),
)


def spelled(node: filters.Filter) -> str:
    match node:
        case filters.Has(key):
            return f"attributes:{key}"
        case filters.Equals(key, value):
            return f"attributes.{key} = {quoted(value)}"
        case filters.HasPrefix(key, prefix):
            return f"hasPrefix(attributes.{key}, {quoted(prefix)})"
        case filters.Not(operand):
            return f"NOT {_group(operand)}"
        case filters.And(operands):
            return " AND ".join(map(_group, operands))
        case filters.Or(operands):
            return " OR ".join(map(_group, operands))
    raise AssertionError(node)


def _group(node: filters.Filter) -> str:
    return f"({spelled(node)})" if isinstance(node, filters.And | filters.Or) else spelled(node)


TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(filters.Not, inner),
        st.builds(filters.And, st.tuples(inner, inner)),
        st.builds(filters.Or, st.tuples(inner, inner)),
    ),
    max_leaves=4,
)


@given(TREES.filter(lambda tree: len(spelled(tree)) <= filters.MAX_BYTES))
def test_what_is_spelled_is_what_is_read(tree: filters.Filter) -> None:
    assert filters.parse(spelled(tree)) == tree
