"""Files built of repeated parts, in which work that grows with the square of the size shows."""

import gzip
from typing import Any, NamedTuple

from hypothesis import strategies as st

from csvgate.contracts.model import Contract
from unit.validation.files import contract

PARTS = [
    b"1,a,ABC", b"2,b", b"x,,abc", b",", b"a", b"", b'"', b'""', b'"a"', b'"a""b"', b'"a\n\nb"',
    b'1,"a', b'b",ABC', b'a"b', b'x""y', b'"a"x', b"\0", b"\xff", b"\xc3", b"\xe2\x82",
    "é".encode(), b"#", b"#a", b'#"', b";", b"'", b" ", b"\\", b"\xef\xbb\xbf", b"\x81",
    b'="a",', b'="', b"x" * 70, b'"' + b"x" * 300, b"a,\\", b'b,"\\', b'x",y\\', b"\\N,\\\\",
    b" " * 70, "\u00a0 \u3000".encode(), b"x1-", b"12 x",
]  # fmt: skip
ENDS = [b"\n", b"\r\n", b"\r", b"", b"\n\n", b"\r\r", b",", b'"\n', b'\r"', b"\r\r\n"]
BLOCKS = [64, 200, 1024, 1 << 14, 1 << 22]


class Shape(NamedTuple):
    data: bytes
    """The content of the file, decompressed."""
    stored: bytes
    """What is uploaded: the content, or gzip of it."""
    rules: Contract
    sizes: dict[str, int]
    """The arguments of `validate`."""
    piece: int
    """The bytes that are read at a time."""

    @property
    def pieces(self) -> list[bytes]:
        step = self.piece
        return [self.stored[at : at + step] for at in range(0, len(self.stored), step)]


def repeated(unit: st.SearchStrategy[bytes], most: int) -> st.SearchStrategy[bytes]:
    runs = st.tuples(unit, st.integers(1, most)).map(lambda run: run[0] * run[1])
    return st.lists(runs, min_size=1, max_size=4).map(b"".join)


UNITS = st.lists(
    st.tuples(st.sampled_from(PARTS), st.sampled_from(ENDS)).map(b"".join), min_size=1, max_size=4
).map(b"".join)


@st.composite
def shapes(draw: st.DrawFn, unit: st.SearchStrategy[bytes] = UNITS, most: int = 300) -> Shape:
    """Draw a file, and how it is encoded, compressed, divided and read."""
    data = draw(repeated(unit, most))
    encoding = draw(st.sampled_from(["utf-8", "utf-8", "utf-16", "iso-8859-1", "both"]))
    dialect: dict[str, Any] = {"header": draw(st.booleans())}
    if draw(st.booleans()):
        dialect["delimiter"], dialect["quoteChar"] = draw(
            st.sampled_from([(";", '"'), (",", "'"), (",", None)])
        )
    unusual: dict[str, Any] = draw(
        st.sampled_from(
            [
                *({}, {}, {}),
                {"commentChar": "#"},
                {"escapeChar": "\\"},
                {"footerLines": 2},
                {"preambleUntil": "id|1"},
                {"footerFrom": "a|1"},
                {"trailingDelimiter": True, "shortRows": "pad"},
                {"formulaText": True, "delimiter": ",,"},
                {"quotedMissing": False, "escapeChar": "\\"},
            ]
        )
    )
    money: dict[str, Any] = draw(
        st.sampled_from(
            [{}, {}, {"affixes": ["x", "é"], "negative": ["trailing"], "replace": {"a": "5"}}]
        )
    )
    rules = contract(
        {"name": "id", "type": "integer", **money},
        "text",
        {"name": "code", "constraints": {"pattern": "[A-Z]{3}", "required": True}},
        schema={"trim": draw(st.sampled_from([False, False, True]))},
        dialect=dialect | unusual,
        encoding=["utf-8", "windows-1252"] if encoding == "both" else encoding,
    )
    if dialect["header"]:
        data = rules.dialect.delimiter.join(["id", "text", "code"]).encode() + b"\n" + data
    if encoding == "utf-16":
        data = data.decode("latin-1").encode("utf-16")
    stored = data
    if draw(st.integers(0, 3)) == 0:
        step = draw(st.sampled_from([50, 1 << 20]))
        stored = b"".join(
            gzip.compress(data[at : at + step], 1) for at in range(0, len(data), step)
        )
    sizes = {
        "vector_bytes": draw(st.sampled_from([1, 1, 1, 2**62])),
        "block_bytes": draw(st.sampled_from(BLOCKS)),
        "chunk_bytes": draw(st.sampled_from([2000, 1 << 24])),
    }
    return Shape(data, stored, rules, sizes, draw(st.sampled_from([7, 1000, 1 << 20])))
