"""The bulk tests of strings clear nothing that the rules refuse, and nearly all that is usual."""

from base64 import b64encode
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

pytest.importorskip("pyarrow")

import pyarrow as pa
import pyarrow.compute as pc

from csvgate.contracts.pattern import matcher
from csvgate.types.common.string_formats import is_email
from csvgate.validation.fast.kernels.strings import email
from csvgate.validation.fast.kernels.strings.fixed_pattern import character_sets
from unit.types.cell import read
from unit.validation.fast.columns import cleared, cleared_by_type, kernel_of, slices

UUID = "123e4567-e89b-12d3-a456-42661417400F"
USUAL: dict[str, list[str]] = {
    "email": [
        "ann@example.com", "a.b+c_d@sub.example.co", "o'neill@example.com", "josé@exämple.de",
        "用户@例子.广告", "δοκιμή@παράδειγμα.δοκιμή", "a@b-c.de", "a@b--c.de", "A1@1.x1y",
        "иван.петров@почта.рф", f"{'a' * 60}@b.de", "a@xn--bcher-kva.example",
    ],
    "uri": [
        "https://example.com", "http://example.com:8080/a?b=c#d", "HTTP://e.com/%C3%A9?[x]",
        "https://e.com?q=a@b:c", "wss://a.b/", "ftp://e.com/a;b=1,2",
    ],
    "uuid": [UUID, UUID.upper(), UUID.lower()],
    "binary": ["aGk=", "aGkh", "aA==", "+/+/", b64encode(bytes(range(256))).decode()],
}  # fmt: skip
STRANGE: dict[str, list[str]] = {
    "email": [
        "a@@b.de", "a@b@c.de", ".a@b.de", "a.@b.de", "a..b@c.de", "a@b", "a@.de", "a@b.", "a@b..de",
        "a@-b.de", "a@b-.de", "a@b.1", "a@b.²", "a@b.d-", "a@b_c.de", "a b@c.de", "a@b.de\n",
        "a\0@b.de", "a@b.de\0", "a\u00a0@b.de", "a@b\u200b.de", "a@b\ue000.de", "a×b@c÷.de",
        f"{'a' * 64}@b.de", f"{'a' * 65}@b.de", f"a@{'b' * 63}.de", f"a@{'b' * 64}.de",
        f"{'é' * 32}@b.de", f"{'é' * 33}@b.de", f"a@{'b.' * 130}com", '"a b"@c.de', "a,b@c.de",
        "<a@b.de>", "a@٣.de", "a@b.٣٣", "@b.de", "a@", "@", "",
    ],
    "uri": [
        "http://", "http:///a", "https:example.com", "http://a b", "http://e.com/é",
        "http://e.com/%zz", "http://e.com/%4", "http://e.com:port/", "http://e.com:99999/",
        "http://e.com:/x", "http://[::1", "http://[::1]/", "http://u:p@e.com/", "mailto:a@b.de",
        "urn:isbn:0", "1http://e.com", "http://e.com/\0", "http://e.com/\n", "http://?x",
        f"http://{'e' * 2041}", f"http://{'e' * 2049}", f"http://e.com/{'x' * 9000}", "",
    ],
    "uuid": [
        UUID[:-1], UUID + "0", UUID.replace("-", ""), UUID[:-1] + "g", UUID[:-1] + "\0",
        "{" + UUID + "}", UUID.replace("-", "_"), UUID[:-2] + "é", "٣" * 18, "@" * 36, "-" * 36, "",
    ],
    "binary": [
        "aGk", "aGk=\n", "a", "aG=k", "=aGk", "====", "aGk==", "aGk=aGk=", "aG==aG==", "aGl=",
        "aH==", "a-_b", "aGk=" + "\0", "é===", "aG k", "AAA==", "A===", "",
    ],
}  # fmt: skip
PIECES: dict[str, list[str]] = {
    "email": ["a", "B7", ".", "-", "@", "_", "é", "東", "²", "٣", "\u200b", "\0", '"', "\\", "com"],
    "uri": ["http", "https", ":", "//", "/", "e.com", "@", "[", "]", "%41", "%", "?", "#", "80"],
    "uuid": [UUID[:9], UUID[9:], "-", "0", "g", "\0", "é"],
    "binary": ["aGkh", "aG", "=", "==", "+/", "-", "\n", "\0", "é"],
}


def spoilt(texts: Sequence[str], pieces: Sequence[str]) -> st.SearchStrategy[str]:
    """Generate texts that are close to these, and some made of these pieces."""
    parts = st.sampled_from(pieces) | st.characters(exclude_categories=["Cs"])

    def changed(given: tuple[str, int, str, int]) -> str:
        text, at, part, length = given
        at = min(at, len(text))
        return text[:at] + part + text[at + length :]

    close = st.tuples(st.sampled_from(texts), st.integers(0, 40), parts, st.integers(0, 2))
    return st.one_of(
        st.sampled_from(texts), close.map(changed), st.lists(parts, max_size=9).map("".join)
    )


@pytest.mark.parametrize("name", USUAL)
@settings(max_examples=150, deadline=None)
@given(st.data())
def test_formats_clear_what_the_rules_accept(name: str, data: st.DataObject) -> None:
    texts = data.draw(st.lists(spoilt(USUAL[name] + STRANGE[name], PIECES[name]), max_size=20))
    check([text.encode() for text in texts], texts, type="string", format=name, missingValues=[])


@pytest.mark.parametrize("name", USUAL)
def test_usual_texts_are_cleared_in_bulk_and_strange_ones_as_the_rules_say(name: str) -> None:
    field: dict[str, Any] = {"type": "string", "format": name, "missingValues": []}
    found = cleared_by_type([text.encode() for text in USUAL[name]], **field)
    assert found.values == USUAL[name]
    check([text.encode() for text in STRANGE[name]], STRANGE[name], **field)


def check(cells: Sequence[bytes], texts: Sequence[str], **field: Any) -> None:
    """In bulk, only what the rules accept is cleared; together with the cells that are read one by
    one, all of it."""
    expected = [read(text, **field) for text in texts]
    for text, fine, actual, wanted in zip(
        texts, *cleared_by_type(cells, **field), expected, strict=True
    ):
        if fine:
            assert (text, wanted) == (text, actual)
    for text, fine, actual, wanted in zip(texts, *cleared(cells, **field), expected, strict=True):
        assert (text, fine) == (text, not isinstance(wanted, list) and "\0" not in text)
        if fine:
            assert (text, wanted) == (text, actual)


BROKEN = (
    b"a\xff@b.de",
    b"\xc3@b.de",
    b"a@b\xed\xa0\x80.de",
    b"a@b\xc0\xae.de",
    b"\xf4\x90\x80\x80@b.de",
)


def test_addresses_that_are_not_utf_8_are_not_cleared() -> None:
    for kernel in (cleared, cleared_by_type):
        assert kernel(BROKEN, type="string", format="email").cleared == [False] * len(BROKEN)


def test_both_libraries_agree_about_letters() -> None:
    """A letter is printable, which the rules ask Python, and is not a digit; RE2 takes it too."""
    letters = [chr(code) for first, last in email.LETTERS for code in range(first, last + 1)]
    assert all(letter.isprintable() and not letter.isdigit() for letter in letters)
    assert all(is_email(f"{letter}@{letter}.{letter}") for letter in letters)
    texts = [f"{letter}@{letter}.{letter}".encode() for letter in letters]
    assert all(cleared_by_type(texts, type="string", format="email").cleared)
    matches = pc.match_substring_regex(pa.array(letters), r"^\p{L}$")
    assert all(matches.to_pylist())


LENGTHS = st.integers(0, 6)
CHARACTERS = st.text(alphabet="a\u00e9\u6771\U0001d11e", max_size=14)


@settings(max_examples=300, deadline=None)
@given(LENGTHS, LENGTHS, st.lists(CHARACTERS | st.text(alphabet="ab", max_size=14), max_size=20))
def test_lengths_are_counted_in_characters(least: int, more: int, texts: list[str]) -> None:
    limits = {"minLength": least, "maxLength": least + more}
    field = {"type": "string", "missingValues": [], "constraints": limits}
    found = cleared_by_type([text.encode() for text in texts], **field)
    assert found.cleared == [least <= len(text) <= least + more for text in texts]
    field["constraints"] = {"minLength": least}
    found = cleared_by_type([text.encode() for text in texts], **field)
    assert found.cleared == [least <= len(text) for text in texts]


MISSING = st.sampled_from(["", "-", "NA", "N/A", "n/a", "null", "東京", "a longer one"])


@settings(max_examples=200, deadline=None)
@given(
    st.lists(MISSING, max_size=4, unique=True),
    st.booleans(),
    st.lists(MISSING | st.sampled_from(["N", "NA ", " ", "NA\0", "--", "東"]), max_size=12),
)
def test_missing_values_are_null(missing: list[str], required: bool, texts: list[str]) -> None:
    field = {"type": "string", "missingValues": missing, "constraints": {"required": required}}
    found = cleared_by_type([text.encode() for text in texts], **field)
    for text, fine, value in zip(texts, *found, strict=True):
        is_missing = text in missing
        assert fine == ("\0" not in text and not (is_missing and required)), text
        if fine:
            assert value == (None if is_missing else text)


SETS = ["[0-9A-Fa-f]{3}", "[A-C_.-]", "a", r"\.", "[xyz]{2}", "[a-cx-z0-9]", "-", "[:/@#%&=+]"]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from(SETS), min_size=1, max_size=6).map("".join),
    st.lists(st.text(alphabet="0aAfgGx.-_:\0é", max_size=9), max_size=20),
)
def test_patterns_of_sets_clear_what_re2_matches(pattern: str, texts: list[str]) -> None:
    assert character_sets(pattern)
    matches = matcher(pattern)
    field = {"type": "string", "missingValues": [], "constraints": {"pattern": pattern}}
    found = cleared_by_type([text.encode() for text in texts], **field)
    assert found.cleared == [matches(text) for text in texts]


@given(
    st.from_regex(r"(\[[a-cx-z0-9.:=+-]{1,6}\]|[a\\.-])({[0-9]})?", fullmatch=True),
    st.text("a.-0+z=", max_size=3),
)
def test_sets_are_understood_as_re2_does(pattern: str, text: str) -> None:
    sets = character_sets(pattern)
    if sets is not None:
        expected = len(sets) == len(text) and all(
            ord(c) in s for c, s in zip(text, sets, strict=True)
        )
        assert matcher(pattern)(text) == expected


@pytest.mark.parametrize(
    "pattern", ["", "[z-a]", "[a", "a{1,2}", "a+", "é", "[^a]", "a|b", "a{99}", "a{03}"]
)
def test_other_patterns_are_left_to_re2(pattern: str) -> None:
    assert character_sets(pattern) is None


LISTED = ["DE", "FR", "a longer text than a word", "é", "", "NA", "x\0y", "too long to be accepted"]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from(LISTED), min_size=1, max_size=8, unique=True),
    st.booleans(),
    st.lists(st.sampled_from([*LISTED, "de", "D", "DEF", "\0"]), max_size=60),
)
@example(["DE", "NA"], False, ["NA", "DE"])
def test_listed_texts_are_cleared(enum: list[str], required: bool, texts: list[str]) -> None:
    """Also if other constraints refuse some of them, or they are missing values."""
    limits = {"enum": enum, "required": required, "maxLength": 22, "minLength": 1}
    field = {"type": "string", "missingValues": ["NA"], "constraints": limits}
    expected = [read(text, **field) for text in texts]
    cells = [text.encode() for text in texts]
    for kernel in (cleared, cleared_by_type):
        for text, fine, value, wanted in zip(texts, *kernel(cells, **field), expected, strict=True):
            is_valid = not isinstance(wanted, list) and "\0" not in text
            assert (text, fine) == (text, is_valid and not (required and text == "NA"))
            if fine:
                assert (text, wanted) == (text, value)


def test_an_enum_makes_a_dictionary() -> None:
    kernel = kernel_of({"type": "string", "constraints": {"enum": ["DE", "FR"]}})
    column = kernel.clear(slices([b"FR", b"", b"DE", b"FR"]))
    assert column.cleared is None
    assert column.values.to_pylist() == ["FR", None, "DE", "FR"]
    assert column.values.dictionary.to_pylist() == ["DE", "FR"]
