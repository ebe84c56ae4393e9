"""Patterns are matched by RE2; what RE2 cannot express is refused with what to write instead."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from csvgate.contracts.load import load_directory
from csvgate.contracts.pattern import MAX_MEMORY, PatternError, anchored, matcher

LONG = 50_000
ANY_END = {r".*a.{300}"}
HOSTILE = [
    (r"(a+)+", "a", True),
    (r"(a+)+$", "a", True),
    (r"(a|a)*", "a", True),
    (r"(?:a|ab|b)*", "ab", True),
    (r"(a*)*b", "a", False),
    (r"(?:x+x+)+y", "x", False),
    (r"(\w+\s?)*", "a ", True),
    (r"(?i:(?:k|\x{212A}x?)*)", "k", True),
    (r"(?i:a|A)*", "A", True),
    (r"(?:(?i:a)|a)*b", "a", False),
    (r"(?:a?){30}a{30}", "a", False),
    (r".*a.*b.*c", "ab", False),
    (r"(?:" + "|".join("a" * n for n in range(1, 40)) + ")*", "a", True),
    (r"(?:|a|b|c|d|e|f|g|h|i|j|k)*", "k", True),
    (r".*a.{300}", "a", True),
    (r"(?:.*a.{12}b)*", "ab", True),
]


REFUSED = [
    (r"(a)\1", "refers to an earlier group"),
    (r"(?P<n>a)(?P=n)", "refers to an earlier group"),
    (r"(?:a(?=.*b))*", "looks ahead or behind"),
    (r"(?!000)\d{3}", "looks ahead or behind"),
    (r"(?:(?=.{0,255}a)a)*", "looks ahead or behind"),
    (r"(?<=a)b", "looks ahead or behind"),
    (r"(?<!a{3})b", "looks ahead or behind"),
    (r"a++", "drop its second +"),
    (r"a{1,3}+", "drop its second +"),
    (r"(?>a+)", r"write \(\?:…\)"),
    (r"(a)?(?(1)b|c)", "write two alternatives"),
    (r"(?a)\w+", "knows i, m, s and U"),
    (r"(?a:\w+)", "knows i, m, s and U"),
    (r"(?x) a", "knows i, m, s and U"),
    (r"(?#note)a", "has a comment"),
    (r"a\Z", r"has \\Z"),
    (r"\u20ac", r"write \\x\{20AC\}"),
    (r"\N{EURO SIGN}", r"write \\x\{20AC\}"),
    (r"a{1001}", r"repeats a part too often \(\{1001\}\)"),
    (r"((a{0,100}){0,100}){0,100}", "products of nested counts"),
    (r"\p{L}{1000}", "more than 1 MiB"),
    ("a" * 100_000, "more than 1 MiB"),
    (r"a{,5}", r"has \{,5\}, .* write \{0,5\}"),
    (r"\C", "matches a byte"),
    (r"\Qa.b", r"without \\E"),
    (r"a)|(b", "not a regular expression in the syntax of RE2: unexpected"),
    (r"[", "not a regular expression in the syntax of RE2: missing ]"),
    ("[" * 5_000, "not a regular expression .{,130}$"),
    ("a\ud800", "lone surrogate"),
]


@pytest.mark.parametrize(("pattern", "piece", "expected"), HOSTILE)
def test_a_hostile_pattern_is_matched(pattern: str, piece: str, expected: bool) -> None:
    """Each of these keeps an engine that backtracks busy for longer than anybody waits, or with
    more than anybody's memory; there is nothing to count in one that does not."""
    matches = matcher(pattern)
    assert matches(piece * LONG) == expected
    assert matches(piece * LONG + "!") == (pattern in ANY_END)


@pytest.mark.parametrize(("pattern", "why"), REFUSED)
def test_refused(pattern: str, why: str) -> None:
    with pytest.raises(PatternError, match=why):
        matcher(pattern)


@pytest.mark.parametrize("pattern", [r"\p{L}{20}", "a" * 10_000, r".{0,1000}", r"(?i)\p{Lu}{9}"])
def test_the_steps_for_one_byte_are_bounded(pattern: str) -> None:
    """A program has 16 bytes per instruction, and a byte of a text can cost one step for each."""
    assert re2.compile(pattern).programsize <= MAX_MEMORY // 16
    matcher(pattern)


@pytest.mark.parametrize(
    ("pattern", "fitting", "others"),
    [
        ("a|b", ["a", "b"], ["ab", "", "a\n"]),
        ("a$", ["a"], ["a\n"]),
        (".", ["a", "é", "🎉", "\0", "\r"], ["", "\n", "ab", "\udc80"]),
        ("(?s).*", ["", "a\nb", "\0" * 9], ["\udcff"]),
        (r"\d", ["7"], ["٣"]),
        (r"\p{Nd}", ["7", "٣"], ["a"]),
        (r"(?i)straße", ["STRAßE", "straẞe"], ["STRASSE"]),
        (r"(?:a(?i:b))+", ["aB", "abaB"], ["AB"]),
        (r"\Qa{,5}(\E[{,5}]\{,5\}", ["a{,5}({{,5}"], ["a({,5}"]),
        (r"[[:alpha:]{,5}]+", ["a{,5}"], ["]"]),
        ("", [""], ["a"]),
    ],
)
def test_texts(pattern: str, fitting: list[str], others: list[str]) -> None:
    matches = matcher(pattern)
    assert [text for text in fitting + others if matches(text)] == fitting


PATTERNS = st.recursive(
    st.sampled_from(["a", "b", "[ab]", "[^a]", ".", "é", "", "(?i:A)", "🎉"]),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map("".join),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"(?:{'|'.join(parts)})"),
        st.builds(
            "(?:{}){}".format, inner, st.sampled_from(["*", "+", "?", "{2}", "{1,3}", "{2,}"])
        ),
    ),
    max_leaves=7,
)


@given(PATTERNS, st.text(alphabet="abé🎉\n\0", max_size=8))
def test_common_syntax_means_the_same_as_in_python(pattern: str, text: str) -> None:
    assert matcher(pattern)(text) == bool(re.fullmatch(pattern, text))


def test_the_pattern_that_columns_use_is_valid() -> None:
    """And it cannot escape from what is put around it."""
    for pattern in ["a|b", "(?i)a", "", "[)]", r"\)", r"\Q)\E"]:
        matcher(pattern)
        re2.compile(anchored(pattern))


def test_contracts_that_are_only_looked_up_import_no_engine(tmp_path: Path) -> None:
    text = """\
dataset: orders
match: ["orders/*.csv"]
schema:
  fields:
    - {name: id, constraints: {pattern: "[0-9]+"}}
destination: {dataset: d, table: t}
"""
    (tmp_path / "orders.yaml").write_text(text)
    program = (
        "import sys; from pathlib import Path; from csvgate.contracts.load import load_directory;"
        "load_directory(Path(sys.argv[1]), check_rules=sys.argv[2] == 'check');"
        "print('re2' in sys.modules)"
    )
    for rules, imported in [("look up", "False"), ("check", "True")]:
        done = subprocess.run(
            [sys.executable, "-c", program, str(tmp_path), rules],
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.strip() == imported
    assert load_directory(tmp_path, check_rules=False).for_dataset("orders")
