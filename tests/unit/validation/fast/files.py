"""Random contracts, files for them, and damage."""

from collections.abc import Hashable
from typing import Any

from hypothesis import strategies as st

from csvgate.contracts.model import Contract, SchemaField
from csvgate.unique.keyed_hash import KeyedHash
from unit.validation.fast.kinds import KINDS
from unit.validation.files import Field, contract

OTHER = ["", "x", 'a "b"', "1,2", "\0", "two\nlines", "é\\", "\x1f\x7f", "x" * 300, " ", "\\N"]
"""Cells of columns that are not in the contract."""
DAMAGE = [
    b'"', b'""', b",", b";", b"\n", b"\r\n", b"\r", b"\n\n", b"\0", b"\xff", b"\xc3", b"x", b" ",
    b"\xef\xbb\xbf", b'"\n', b',"', b'\n"', b"\xe2\x82", b"\r\r\n", b'"\r', b"-", b"1", b".",
]  # fmt: skip


@st.composite
def contracts(draw: st.DrawFn) -> tuple[Contract, list[list[str]]]:
    """A contract, and for each field the cells to draw from."""
    chosen = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=4))
    dialect: dict[str, Any] = {"header": draw(st.booleans())}
    fields: list[Field] = []
    for number, (field, cells) in enumerate(chosen):
        rules = dict(field.get("constraints", {}))
        for name in ("required", "unique"):
            if draw(st.integers(0, 3)) == 0:
                rules[name] = True
        more: dict[str, Any] = {"name": f"f{number}", "constraints": rules}
        if draw(st.integers(0, 7)) == 0:
            more["missingValues"] = ["NA", "-", "a", "\\N"]
        if draw(st.integers(0, 5)) == 0:
            more["trim"] = draw(st.booleans())
        if "replace" not in field and draw(st.integers(0, 5)) == 0:
            some = st.sampled_from([*cells, "NA", "-", "\u00a0"])
            more["replace"] = draw(st.dictionaries(some, some, max_size=3))
        if dialect["header"] and draw(st.integers(0, 3)) == 0:
            labels = [f"Field {number}", f"F-{number}"]
            more["label"] = draw(st.sampled_from([labels[0], labels]))
        if dialect["header"] and draw(st.integers(0, 3)) == 0:
            more["optional"] = True
        if draw(st.integers(0, 4)) == 0:
            # Contracts are not checked here: one of these is often not valid.
            more["default"] = draw(st.sampled_from(cells))
        fields.append({**field, **more})
    schema: dict[str, Any] = {"trim": draw(st.integers(0, 5)) == 0}
    if dialect["header"] and draw(st.integers(0, 2)) == 0:
        schema["extraColumns"] = draw(st.sampled_from(["ignore", "rescue"]))
    if draw(st.integers(0, 3)) == 0:
        names = [field["name"] for field in fields]
        count = draw(st.integers(1, len(names)))
        schema["primaryKey"] = draw(st.permutations(names))[:count]
    merge: dict[str, Any] = {}
    if draw(st.integers(0, 3)) == 0:
        names = [field["name"] for field in fields]
        count = draw(st.integers(1, len(names)))
        merge = {"merge": {"key": draw(st.permutations(names))[:count]}}
        if draw(st.integers(0, 4)) == 0:
            merge["merge"]["latest_by"] = names[0]
    if draw(st.integers(0, 2)) == 0:
        names = [field["name"] for field in fields]
        keys = draw(st.lists(st.permutations(names), min_size=1, max_size=2))
        schema["foreignKeys"] = [
            {"fields": some, "reference": {"resource": "others", "fields": some}}
            for some in (key[: draw(st.integers(1, len(names)))] for key in keys)
        ]
    if draw(st.booleans()):
        dialect["delimiter"] = draw(st.sampled_from([";", "\t", "|", ",", "||", "¦"]))
        dialect["quoteChar"] = draw(st.sampled_from(['"', "'", None]))
    if dialect["header"] and draw(st.integers(0, 3)) == 0:
        dialect["headerRows"] = [1, 2]
    more = {
        "trailingDelimiter": True,
        "shortRows": "pad",
        "quotedMissing": False,
        "formulaText": True,
    }
    for name, value in more.items():
        if draw(st.integers(0, 5)) == 0:
            dialect[name] = value
    for name, values in _RARER.items():
        if draw(st.integers(0, 11)) == 0:
            dialect[name] = draw(st.sampled_from(values))
    whole = contract(*fields, schema=schema, dialect=dialect, **merge)
    return whole, [cells for _, cells in chosen]


_RARER: dict[str, list[Any]] = {
    "escapeChar": ["\\"],
    "commentChar": ["#"],
    "skipInitialSpace": [True],
    "doubleQuote": [False],
    "footerLines": [1, 3],
    "footerFrom": ["a", "^1", '"'],
}
_KEYED = KeyedHash(bytes(32))


class Most:
    """The keys of a reference that contains three of four possible keys."""

    def __contains__(self, key: object) -> bool:
        assert isinstance(key, Hashable)
        return _KEYED.value(key)[0] % 4 != 0


@st.composite
def files(draw: st.DrawFn, rules: Contract, cells: list[list[str]]) -> bytes:
    """Rows that are nearly valid, with the columns in any order, without some or with others, and
    damage."""
    dialect = rules.dialect
    order = list(range(len(cells)))
    lines = list[bytes]()
    if dialect.header:
        fields = rules.schema_.fields
        order = [i for i in draw(st.permutations(order)) if not _left_out(draw, fields[i])]
        labels = [draw(st.sampled_from(fields[i].header_labels)) for i in order]
        if rules.schema_.unknown_columns != "refuse":
            for number in range(draw(st.integers(0, 3))):
                at = draw(st.integers(0, len(order)))
                order.insert(at, len(cells))
                labels.insert(at, f"other {number}")
        cells = [*cells, OTHER]
        end = dialect.delimiter if dialect.trailing_delimiter and draw(st.booleans()) else ""
        if len(dialect.header_rows) == 2:
            first = [label.partition(" ")[0] for label in labels]
            lines.append((dialect.delimiter.join(first) + end + "\n").encode())
            labels = [label.partition(" ")[2] for label in labels]
        lines.append((dialect.delimiter.join(labels) + end + "\n").encode())
    newline = draw(st.sampled_from(["\n", "\n", "\r\n", "\r"]))
    # The first cell of each kind is valid, because with near misses only, hardly a row would be.
    texts = [st.one_of(st.just(cells[i][0]), st.sampled_from(cells[i])) for i in order]
    rows = st.tuples(*(st.tuples(text, st.integers(0, 5)) for text in texts))
    least = draw(st.sampled_from([0, 1, 5, 15]))
    for row in draw(st.lists(rows, min_size=least, max_size=30)):
        written = [_written(text, style, dialect.delimiter, dialect.quote_char)
                   for text, style in row]  # fmt: skip
        if dialect.short_rows == "pad" and len(written) > 1 and draw(st.integers(0, 3)) == 0:
            written.pop()
        end = dialect.delimiter if dialect.trailing_delimiter and draw(st.booleans()) else ""
        lines.append((dialect.delimiter.join(written) + end + newline).encode())
    count = len(dialect.header_rows) if dialect.header else 0
    head, body = lines[:count], lines[count:]
    if head and draw(st.integers(0, 3)) == 0:
        # Files are often joined without removing their headers.
        for _ in range(draw(st.integers(1, 3))):
            mark = draw(st.sampled_from([b"", b"", b"\xef\xbb\xbf"]))
            body.insert(draw(st.integers(0, len(body))), mark + draw(st.sampled_from(head)))
    data = bytearray(b"".join(body))
    if draw(st.booleans()):
        for _ in range(draw(st.integers(1, 4))):
            _damage(draw, data)
    return b"".join(head) + bytes(data)


def _left_out(draw: st.DrawFn, field: SchemaField) -> bool:
    return field.optional and draw(st.booleans())


def _written(text: str, style: int, delimiter: str, quote: str | None) -> str:
    """Return a cell as CSV; in one of six cases without the quotes that it needs."""
    if quote is None:
        return f'"{text}"' if style == 0 else text
    needed = any(char in text for char in (delimiter, quote, "\n", "\r"))
    if style == 0 and not needed:
        return quote + text + quote
    if needed and style != 1:
        return quote + text.replace(quote, quote * 2) + quote
    return text


def _damage(draw: st.DrawFn, data: bytearray) -> None:
    at = draw(st.integers(0, len(data)))
    match draw(st.integers(0, 3)):
        case 0:
            data[at:at] = draw(st.sampled_from(DAMAGE))
        case 1:
            del data[at : at + draw(st.integers(1, 3))]
        case 2:
            data[at : at + 1] = draw(st.sampled_from(DAMAGE))
        case _:
            end = at + draw(st.integers(1, 30))
            data[at:at] = data[at:end]
