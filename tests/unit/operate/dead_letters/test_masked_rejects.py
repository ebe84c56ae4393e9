"""A downloaded reject file hides the cells of sensitive columns, in every dialect and encoding."""

from typing import Any

import pytest

from csvgate.contracts.model import Contract
from csvgate.csv.decoding import open_text
from csvgate.csv.quoting import Grammar
from csvgate.csv.records import Framer
from csvgate.rejects.reject_file import RejectFile
from csvgate.validation.sensitive_values import MASK
from csvgate_ops.operate.dead_letters.content.masked_rejects import Unreadable, masked_rejects
from csvgate_ops.operate.dead_letters.content.masking import NOTHING, Mask
from unit.validation.files import batches, contract, cut

NAME = {"name": "person", "label": "Nome", "sensitive": True}
CITY = {"name": "city", "label": "Città"}
AGE = {"name": "age", "type": "integer"}


def rules_of(*fields: Any, **properties: Any) -> Contract:
    return contract(*(fields or (NAME, CITY, AGE)), **properties)


def rejects_of(original: bytes, rules: Contract) -> bytes:
    return b"".join(map(RejectFile(rules).render, batches(original, rules)))


def masked(data: bytes, rules: Contract | None, mask: Mask | None = None) -> bytes:
    """The masked file, which must not depend on how its bytes arrive."""
    if mask is None:
        mask = Mask(frozenset()).and_of(rules) if rules else Mask(None)
    whole = b"".join(masked_rejects([data], rules, mask))
    assert whole == b"".join(masked_rejects(cut(data, [1, 7, 2, 40, 3]), rules, mask))
    return whole


def cells_of(data: bytes, rules: Contract) -> list[list[str]]:
    """The cells of the records without those of csvgate's own columns."""
    _, text = open_text([data], rules.encoding)
    records = list(Framer(text, Grammar(rules.dialect)).records())
    assert all(record.cells is not None for record in records)
    return [list(map(str, (record.cells or [])[2:])) for record in records]


ORIGINAL = 'Nome,Città,age\n"Zoë, Ltd",Forlì,x\n"O\'Neill ""Al""","Reggio\nEmilia",y\n,Pavia,z\n'
EXPECTED = [
    ["Nome", "Città", "age"],
    [MASK, "Forlì", "x"],
    [MASK, "Reggio\nEmilia", "y"],
    ["", "Pavia", "z"],
]


@pytest.mark.parametrize(
    ("encoding", "codec", "mark"),
    [
        ("utf-8", "utf-8", b""),
        ("utf-8", "utf-8", b"\xef\xbb\xbf"),
        ("windows-1252", "cp1252", b""),
        (["utf-8", "windows-1252"], "cp1252", b""),
        ("utf-16", "utf-16-le", b"\xff\xfe"),
        ("utf-16-be", "utf-16-be", b""),
        ("utf-8", "utf-16-be", b"\xfe\xff"),
    ],
)
def test_in_every_encoding(encoding: Any, codec: str, mark: bytes) -> None:
    rules = rules_of(encoding=encoding)
    data = rejects_of(mark + ORIGINAL.encode(codec), rules)
    found = masked(data, rules)
    assert found.startswith(mark)
    expected = [[cell.replace(MASK, "???") for cell in row] for row in EXPECTED]
    assert cells_of(found, rules) == (expected if isinstance(encoding, list) else EXPECTED)
    assert data == masked(data, rules, NOTHING)


@pytest.mark.parametrize(
    ("dialect", "original", "expected"),
    [
        ({"delimiter": ";"}, 'Nome;Città;age\n"A;B";"x;y";n\n', [MASK, "x;y", "n"]),
        (
            {"delimiter": "|", "quoteChar": None, "escapeChar": "\\"},
            "Nome|Città|age\nA\\|B|x\\|y|\\N1\n",
            [MASK, "x|y", "N1"],
        ),
        (
            {"delimiter": "|", "quoteChar": None, "escapeChar": "\\"},
            "Nome|Città|age\nAda|\\N|n\n",
            [MASK, "N", "n"],
        ),
        (
            {"delimiter": "\t", "quoteChar": None},
            "Nome\tCittà\tage\nAda\tBa ri\tn\n",
            [MASK, "Ba ri", "n"],
        ),
        ({"quoteChar": "'"}, "Nome,Città,age\n'A,B','it''s',n\r\n", [MASK, "it's", "n"]),
        ({"skipInitialSpace": True}, 'Nome, Città, age\nAda, " Bari", n\n', [MASK, " Bari", "n"]),
        ({"delimiter": "||"}, 'Nome||Città||age\nAda||"x||y"||n\n', [MASK, "x||y", "n"]),
        ({"header": False}, "Ada,Bari,n\n", [MASK, "Bari", "n"]),
        ({"commentChar": "#"}, "#x\nNome,Città,age\nAda,#Bari,n\n", [MASK, "#Bari", "n"]),
    ],
)
def test_in_every_dialect(dialect: dict[str, Any], original: str, expected: list[str]) -> None:
    rules = rules_of(dialect=dialect)
    data = rejects_of(original.encode(), rules)
    found = masked(data, rules)
    assert expected == cells_of(found, rules)[-1]
    assert data.count(rb"\N|") == found.count(rb"\N|")
    assert data == masked(data, rules, NOTHING)


@pytest.mark.parametrize(
    ("properties", "original", "secret"),
    [
        ({"dialect": {"headerRows": [1, 2]}}, ",Città,age\nNome,,\nAda Rossi,Bari,n\n", "Rossi"),
        ({}, "age, nome\u00a0,Città\nn,Ada Rossi,Bari\n", "Rossi"),
        ({"schema": {"extraColumns": "ignore"}}, "Nome,Città,age,Tel\nA,B,n,0541 22\n", "0541"),
        ({"schema": {"extraColumns": "ignore"}}, "Nome,Città,age,_line\nA,B,n,0541 22\n", "0541"),
        ({}, "Nome,Città,age\nRossi,Ada,Bari,n\n", "Rossi"),
        ({}, "Nome,Città,age\nBari,n,Rossi,Ada\n", "Rossi"),
        ({}, 'Nome,Città,age\nAda "Rossi",Bari,n\n', "Rossi"),
        ({}, 'Nome,Città,age\n"Ada Rossi,Bari,n\n', "Rossi"),
        ({"dialect": {"trailingDelimiter": True}}, "Nome,Città,age,\nRossi,B,n,\n", "Rossi"),
    ],
)
def test_wherever_the_sensitive_value_stands(
    properties: dict[str, Any], original: str, secret: str
) -> None:
    """Under another order, label or spelling, and in rows that do not match the header."""
    rules = rules_of(**properties)
    data = rejects_of(original.encode(), rules)
    assert secret.encode() in data
    found = masked(data, rules)
    assert secret.encode() not in found
    assert MASK.encode() in found
    assert b"_csvgate_line,_csvgate_errors" == found[:29]
    assert data.splitlines()[-1].split(b",")[0] in found.splitlines()[-1].split(b",")[:1]


def test_rows_without_a_hidden_cell_keep_their_bytes() -> None:
    rules = rules_of()
    data = rejects_of(b'Nome,Citt\xc3\xa0,age\n"","Bari",n\n,"Bari",n\r\n,\xff,n\n', rules)
    assert data == masked(data, rules)


def test_without_a_contract_every_cell_is_hidden() -> None:
    data = rejects_of(b"a,b\n1,2,3\n", contract("a", "b"))
    assert b"1,2" not in masked(data, None)
    other = b"_csvgate_line;_csvgate_errors;a\n2;x;Rossi\n"
    assert b"Rossi" not in masked(other, None)


def test_after_a_malformed_record_nothing_is_shown() -> None:
    """A reject file has none, so the file is not what its contract says."""
    rules = rules_of()
    data = b'_csvgate_line,_csvgate_errors,Nome,Citt\xc3\xa0,age\n2,x,"A"B,C,1\nBari,x,,Rossi,1\n'
    assert [MASK, MASK] == masked(data, rules).decode().splitlines()[1:]


def test_a_line_that_is_too_long_hides_only_itself() -> None:
    rules = rules_of(dialect={"quoteChar": None})
    head = b"_csvgate_line,_csvgate_errors,Nome,Citt\xc3\xa0,age\n"
    data = head + b"2,x," + b"R" * 7_000_000 + b"\n3,y,,Bari,n\n"
    whole = b"".join(masked_rejects([data], rules, Mask(frozenset(["nome"]))))
    assert head + f"{MASK}\n3,y,,Bari,n\n".encode() == whole


def test_a_file_in_another_encoding_than_its_contract_says() -> None:
    rules = rules_of(encoding="utf-16")
    with pytest.raises(Unreadable, match="no byte order mark"):
        masked(b"_csvgate_line,_csvgate_errors,Nome\n2,x,Ada\n", rules)
