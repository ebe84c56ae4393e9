"""Files in, batches out."""

from decimal import Decimal
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csvgate.contracts.model import Contract
from csvgate.csv.header import header_by_position
from csvgate.csv.quoting import Grammar
from csvgate.csv.records import Framer, Record
from csvgate.unique.keyed_hash import KeyedHash
from csvgate.unique.keys import GrowingKeySet
from csvgate.validation import ENGINE_VERSION
from csvgate.validation.faults import FileFault
from csvgate.validation.rules import Rules
from csvgate.validation.validate import validate
from unit.validation.files import batches, contract, cut, faults, rejected_rows, valid_rows

MIXED = contract(
    {"name": "id", "type": "integer", "constraints": {"unique": True, "required": True}},
    {"name": "amount", "type": "number", "bigquery": "NUMERIC(4, 1)"},
    {"name": "word", "constraints": {"enum": ["x", "y"]}},
)
ANY_BYTES = st.lists(
    st.one_of(
        st.sampled_from(
            [b",", b'"', b"\n", b"\r\n", b"\r", b"1", b"x", b"1,1,x\n", b"\0", b"\xff", b" "]
        ),
        st.binary(max_size=3),
    )
).map(b"".join)


def test_all_faults_of_a_row_are_reported() -> None:
    data = b"id,amount,word\n1,2.5,x\n,0.25,z\n2,,\n"
    assert [(2, (1, Decimal("2.5"), "x")), (4, (2, None, None))] == valid_rows(batches(data, MIXED))
    assert [
        (3, "id", "constraint.required"),
        (3, "amount", "bigquery.scale"),
        (3, "word", "constraint.enum"),
    ] == faults(data, MIXED)


def test_a_rejected_row_keeps_its_bytes_and_values() -> None:
    (row,) = rejected_rows(batches(b'id,amount,word\r\n1,"oops",x\r\n', MIXED))
    (fault,) = row.faults
    assert (2, b'1,"oops",x', b"\r\n", True) == (
        row.line,
        row.raw,
        row.terminator,
        row.well_formed,
    )
    assert (2, "amount", "type.number", "oops") == (
        fault.line,
        fault.column,
        fault.code,
        fault.value,
    )


def test_faults_come_in_the_order_of_the_contract() -> None:
    assert ["id", "amount", "word"] == [c for _, c, _ in faults(b"word,id,amount\na,b,c\n", MIXED)]


def test_messages_about_the_number_of_cells() -> None:
    rows = rejected_rows(batches(b"id,amount,word\n1\n1,2,x,4\n", MIXED))
    assert [
        "has 1 of 3 cells; check for a missing delimiter or quote",
        "has 4 cells instead of 3; quote cells that contain the delimiter",
    ] == [r.faults[0].message for r in rows]


def test_lines_are_those_of_an_editor() -> None:
    data = b'\n"a"\r\n"1\n2"\r\r\n\n"x\ry"\nlast'
    assert [(3, ("1\n2",)), (7, ("x\ry",)), (9, ("last",))] == valid_rows(
        batches(data, contract("a"))
    )


def test_bytes_of_another_encoding_are_faults_of_their_cells() -> None:
    data = b"id,amount,word\n1,\xff,\xfe\n\0,1,x\n"
    assert [
        (2, "amount", "encoding.invalid"),
        (2, "word", "encoding.invalid"),
        (3, "id", "cell.nul"),
    ] == faults(data, MIXED)
    assert "\ufffd" == rejected_rows(batches(data, MIXED))[0].faults[0].value


@pytest.mark.parametrize(
    ("encoding", "raw", "text"),
    [
        ("iso-8859-1", b"\xe9\x85", "é\x85"),
        ("windows-1252", b"\x80", "€"),
        ("utf-8", b"\xc3\xa9", "é"),
    ],
)
def test_encodings(encoding: str, raw: bytes, text: str) -> None:
    rules = contract("a", encoding=encoding)
    assert [(2, (text,))] == valid_rows(batches(b"a\n" + raw + b"\n", rules))


def test_a_byte_that_windows_1252_lacks_is_a_fault() -> None:
    rules = contract("a", encoding="windows-1252")
    assert [(2, "a", "encoding.invalid")] == faults(b"a\n\x81\n", rules)


def test_the_first_valid_key_stands_even_in_a_rejected_row() -> None:
    data = b"id,amount,word\n1,oops,x\n1,1,x\nz,1,x\n2\n2,1,x\n2,bad,x\n"
    assert [
        (2, "amount", "type.number"),
        (3, "id", "constraint.unique"),
        (4, "id", "type.integer"),
        (5, None, "row.too_few_fields"),
        (7, "id", "constraint.unique"),
        (7, "amount", "type.number"),
    ] == faults(data, MIXED)
    message = rejected_rows(batches(data, MIXED))[1].faults[0].message
    assert "repeats the value of line 2; only the first occurrence is accepted" == message


def test_empty_cells_do_not_repeat_a_value() -> None:
    rules = contract({"name": "a", "constraints": {"unique": True}}, "b")
    assert [] == faults(b"a,b\n,1\n,2\n", rules)


def test_a_primary_key_of_one_field_is_required_and_unique() -> None:
    rules = contract("a", "b", schema={"primaryKey": "a"})
    expected = [(3, "a", "constraint.unique"), (4, "a", "constraint.required")]
    assert expected == faults(b"a,b\n1,1\n1,1\n,1\n", rules)


def test_a_primary_key_of_two_fields_is_unique_as_a_pair() -> None:
    rules = contract("a", "b", schema={"primaryKey": ["a", "b"]})
    expected = [(4, None, "constraint.primary_key"), (5, "b", "constraint.required")]
    assert expected == faults(b"a,b\n1,1\n1,2\n1,1\n1,\n", rules)


def test_keys_on_disk_give_the_same_faults() -> None:
    data = b"".join(b"%d,1,x\n" % (i * i % 97) for i in range(300))
    framer = Framer([data], Grammar(MIXED.dialect))
    records: list[Record] = list(framer.records())
    outcomes = []
    for dictionary_keys in (5, 1000):
        key_set = partial(GrowingKeySet, dictionary_keys=dictionary_keys)
        rules = Rules(MIXED, header_by_position(MIXED, b""), keyed=KeyedHash(), key_set=key_set)
        outcomes.append([rules.check(record) for record in records])
    assert outcomes[0] == outcomes[1]
    assert 300 - 49 == sum(bool(found) for _, found in outcomes[0])


def test_messages_never_repeat_the_file() -> None:
    secret = "s3cret"
    rules = contract(
        {"name": "a", "type": "integer"}, {"name": "b", "format": "email", "sensitive": True}
    )
    data = f'a,b\n{secret},{secret}\n{secret}\n{secret}"\n"{secret}\n'.encode()
    found = [fault for row in rejected_rows(batches(data, rules)) for fault in row.faults]
    assert 5 == len(found)
    assert not [fault for fault in found if secret in fault.message]


def test_values_are_shortened() -> None:
    rules = contract({"name": "a", "type": "integer"})
    (row,) = rejected_rows(batches(b"a\n" + b"x" * 1000 + b"\n", rules))
    assert "x" * 79 + "…" == row.faults[0].value


def test_batches_are_cut_by_bytes_of_the_file() -> None:
    data = b"id,amount,word\n" + b"".join(b"%04d,1,x\n" % i for i in range(10))
    found = batches(data, MIXED, chunk_bytes=25)
    assert [3, 3, 3, 1] == [batch.rows_read for batch in found]
    assert list(range(2, 12)) == [line for line, _ in valid_rows(found)]


def test_batches_are_cut_by_cells_and_faults_too() -> None:
    rules = contract({"name": "a", "type": "integer"})
    narrow = batches(b"a\n" + b"1\n" * 1_000_001, rules)
    assert [1_000_000, 1] == [batch.rows_read for batch in narrow]
    faulty = batches(b"a\n" + b"x\n" * 50_001, rules)
    assert [50_000, 1] == [batch.rows_read for batch in faulty]


def test_what_the_stream_raises_comes_through() -> None:
    def broken() -> object:
        yield b"a\n1\n"
        raise FileFault("file.gzip_truncated", "cut")

    with pytest.raises(FileFault, match="cut"):
        list(validate(broken(), contract("a")))  # type: ignore[arg-type]


@pytest.mark.parametrize("package", ["pyarrow", "tzdata"])
def test_the_engine_has_a_version_with_those_of_the_packages_that_decide_values(
    package: str,
) -> None:
    found = pytest.importorskip(package).__version__
    assert f"{package} {found}" in ENGINE_VERSION.split(", ")


@pytest.mark.parametrize("rules", [MIXED, contract("a", "b", dialect={"header": False})])
@given(ANY_BYTES, st.lists(st.integers(0, 9)), st.integers(1, 40))
def test_any_bytes_come_out_valid_or_rejected(
    rules: Contract, body: bytes, sizes: list[int], chunk_bytes: int
) -> None:
    # The first row is valid, so the file as a whole can be loaded.
    data = b"id,amount,word\n" + body
    found = batches(data, rules)
    assert all(b.rows_read == len(b.lines) + len(b.rejected) for b in found)
    lines = sorted([line for line, _ in valid_rows(found)] + [r.line for r in rejected_rows(found)])
    assert len(set(lines)) == len(lines)
    again = list(validate(cut(data, sizes), rules, chunk_bytes=chunk_bytes))
    assert (valid_rows(found), rejected_rows(found)) == (valid_rows(again), rejected_rows(again))
    whole = list(validate([data], rules, chunk_bytes=chunk_bytes))
    assert whole == again
