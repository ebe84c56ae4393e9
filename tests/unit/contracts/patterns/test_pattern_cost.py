"""Patterns with unbounded backtracking are refused; any other stays within its bounds."""

import re
from collections.abc import Iterator

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from csvgate.contracts.patterns.cost import LONGEST_TEXT, HostilePatternError, text_limit
from unit.contracts.patterns.backtracking import Matcher, TooManySteps

SAFE = [
    r"ORD-[0-9]{8}",
    r"[a-z]+(?:-[a-z]+)*",
    r"(.*)",
    r"\w+@\w+\.\w+",
    r"[^,]*,[^,]*",
    r"(?!000)\d{3}",
    r"\s*\S+\s*",
    r"[a-z]{5000}",
    r"(?:[0-9a-f]{2}:){5}[0-9a-f]{2}",
    r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])",
    r"(?:(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])",
    r"(?:DE|DK|FR|FI)-(?:DE|DK)",
    r"",
]
SLOW = [
    r".*@.*",
    r"[\w.]+@[\w.]+\.\w{2,}",
    r"\d+\w+",
    r"(?:\d+\.)*\d+",
    r"(?=.*[A-Z])(?=.*[0-9]).{8,}",
    r"(?i)[a-z]+ſ",
    r"é+\w",
]
HOSTILE = [
    (r"(a+)+", "in several ways"),
    (r"(?:a|ab|b)*", "in several ways"),
    (r"(a*)*b", "can match nothing"),
    (r"(?:x+x+)+y", "in several ways"),
    (r"(\w+\s?)*", "in several ways"),
    (r"(?:\d|[0-9]x?)*", "in several ways"),
    (r"(?i)(?:k|\u212ax?)*", "in several ways"),
    (r"(?:a|b?|c?)*", "can match nothing"),
    (r"(?:a(?:b?|c?))*", "several ways"),
    (r"(?:a?){30}a{30}", "one after the other"),
    (r".*a.*b.*c", "one after the other"),
    (r"(?:a(?=.*b))*", "looks ahead or behind"),
    (r"(['\"]).*\1", "an earlier group"),
    ("(" * 3_000 + ")" * 3_000, "nested too deeply"),
    ("a" * 4_001, "characters; shorten it"),
]


@pytest.mark.parametrize("pattern", SAFE)
def test_a_text_of_any_length(pattern: str) -> None:
    assert text_limit(pattern) is None


@pytest.mark.parametrize("pattern", SLOW)
def test_a_text_of_bounded_length(pattern: str) -> None:
    assert text_limit(pattern) == LONGEST_TEXT


@pytest.mark.parametrize(("pattern", "why"), HOSTILE)
def test_refused(pattern: str, why: str) -> None:
    with pytest.raises(HostilePatternError, match=why):
        text_limit(pattern)


def test_not_a_pattern() -> None:
    with pytest.raises(re.error):
        text_limit("[")


def nested(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    times = st.sampled_from(["*", "+", "?", "{2}", "{1,3}", "{2,}"])
    return st.one_of(
        st.lists(inner, min_size=1, max_size=3).map("".join),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"(?:{'|'.join(parts)})"),
        st.builds(lambda part, count: f"(?:{part}){count}", inner, times),
    )


patterns = st.recursive(
    st.sampled_from(["a", "b", "[ab]", "[bc]", ".", "c", ""]), nested, max_leaves=7
)


def texts(length: int) -> Iterator[str]:
    """That a pattern over a, b and c may find hard to refuse."""
    for piece in ("a", "b", "c", "ab", "ba", "bc", "abc", "aab", "abb"):
        yield (piece * length)[:length] + "!"


@settings(max_examples=300, deadline=None)
@given(patterns)
@example("(?:a|[ab])*c")
@example("(?:a?){3}a*")
def test_what_is_let_through_takes_few_steps(pattern: str) -> None:
    """Doubling the text at most doubles the steps, or takes four times as many where the text is
    bounded; what grows exponentially takes thousands of times as many."""
    try:
        limit = text_limit(pattern)
    except HostilePatternError:
        assume(False)
    short, long = 12, 24
    for one, other in zip(texts(short), texts(long), strict=True):
        few = Matcher(pattern, one, 10**6)
        few.fullmatch()
        growth = 4 if limit else 2
        many = Matcher(pattern, other, 2 * growth * few.steps + 500)
        many.fullmatch()


@pytest.mark.parametrize("pattern", [HOSTILE[0][0], HOSTILE[2][0], HOSTILE[3][0]])
def test_what_is_refused_would_take_long(pattern: str) -> None:
    """The measure itself tells them apart."""
    with pytest.raises(TooManySteps):
        Matcher(pattern, ("x" if "x" in pattern else "a") * 24 + "!", 100_000).fullmatch()
