"""A corrected reject file gives its rows the lines that they had in the original, whatever lines
they have in the reject file."""

from itertools import product

import pytest

from csvgate.csv.body import contract_for_extracted_records
from csvgate.rejects.corrections import Correction, is_correction
from csvgate.rejects.reject_file import RejectFile
from csvgate.validation.validate import validate
from unit.validation.files import batches, contract, valid_rows

RULES = contract({"name": "id", "type": "integer"}, "text", dialect={"header": True})
TEXTS = ("a", "two{0}lines", "three{0}lines{0}", "{0}", "{0}{0}{0}", 'quotes ""{0}"" and lines')
PATHS = {"rules": 2**62, "blocks": 1}


@pytest.mark.parametrize("delimiter", [",", "||", "¦", "\x01"])
@pytest.mark.parametrize("encoding", ["utf-8", "windows-1252", "utf-16"])
@pytest.mark.parametrize("quote", ['"', None])
def test_any_delimiter_and_encoding(delimiter: str, encoding: str, quote: str | None) -> None:
    rules = contract(
        {"name": "id", "type": "integer"}, "city", encoding=encoding,
        dialect={"delimiter": delimiter, "quoteChar": quote},
    )  # fmt: skip
    original = "id,city\nx,Köln\n2,Rom\n".replace(",", delimiter).encode(encoding)
    file = b"".join(map(RejectFile(rules).render, batches(original, rules)))
    text = file.decode(encoding).replace(f"{delimiter}x{delimiter}", f"{delimiter}1{delimiter}")
    found, pieces = is_correction(iter([text.encode(encoding)]), rules)
    assert found
    correction = Correction(rules, frozenset([2]))
    read = validate(correction.pieces(pieces), contract_for_extracted_records(rules))
    assert [(2, (1, "Köln"))] == valid_rows(correction.batches(read))


def test_rows_with_escaped_line_breaks() -> None:
    rules = contract(
        {"name": "id", "type": "integer"}, "text", dialect={"escapeChar": "\\"},
        schema={"missingValues": ["\\N"]},
    )  # fmt: skip
    original = b"id,text\nx,one\\\ntwo\n2,\\\n\\\n\ny,\\N\nz,\\\nend\n"
    file = b"".join(map(RejectFile(rules).render, batches(original, rules)))
    for number, wrong in enumerate(b"xyz", 5):
        file = file.replace(b",%c," % wrong, b",%d," % number)
    correction = Correction(rules, frozenset([2, 7, 8]))
    read = validate(correction.pieces([file]), contract_for_extracted_records(rules))
    expected = [(2, (5, "one\ntwo")), (7, (6, None)), (8, (7, "\nend"))]
    assert expected == valid_rows(correction.batches(read))


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_rows_of_several_lines(end: str, line_break: str, path: str) -> None:
    if path == "blocks":
        pytest.importorskip("pyarrow")
    original, lines, at = [f"id,text{end}"], list[int](), 2
    for number, (text, wrong) in enumerate(product(TEXTS, (True, False, True))):
        cell = text.format(line_break)
        original.append(f'{"wrong" if wrong else number},"{cell}"{end}')
        if wrong:
            lines.append(at)
        at += 1 + text.count("{0}")
    rejects = RejectFile(RULES)
    file = b"".join(map(rejects.render, batches("".join(original).encode(), RULES)))
    correction = Correction(RULES, frozenset(lines))
    corrected = correction.pieces([file.replace(b"wrong", b"7")])
    read = validate(corrected, contract_for_extracted_records(RULES), vector_bytes=PATHS[path])
    found = list(correction.batches(read))
    assert [] == [row for batch in found for row in batch.rejected]
    assert lines == correction.loaded
