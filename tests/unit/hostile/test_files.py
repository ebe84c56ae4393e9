"""Files made to harm: each upload ends, with a code that names what is wrong."""

import csv
import gzip
import io
from functools import cache

import pytest

from csvgate.contracts.match import Contracts
from csvgate.contracts.model import Contract
from hostile_files.compressed import archive, compressed
from hostile_files.content import other_formats
from hostile_files.rows import Made
from unit.protocol.invariants import loaded
from unit.protocol.orders import HEADER, orders, row
from world import World


@cache
def compressed_files() -> Made:
    return compressed()


def limited(world: World, **limits: object) -> World:
    """Return the world with other limits in every contract."""
    world.contracts = Contracts(tuple(_with_limits(c, limits) for c in world.contracts))
    world.restart()
    return world


def _with_limits(contract: Contract, limits: dict[str, object]) -> Contract:
    changed = contract.limits.model_copy(update=limits)
    return contract.model_copy(update={"limits": changed})


def end(world: World, data: bytes, name: str = "orders/a.csv") -> tuple[str, list[str]]:
    """Return the outcome of the upload and the codes of its reasons."""
    world.validate(world.upload(name, data))
    world.drain()
    (finished,) = world.finished()
    return finished.outcome, [reason.code for reason in finished.reasons]


def test_a_bomb() -> None:
    world = limited(World(), max_bytes=1_000_000)
    data = gzip.compress(HEADER + b"0" * 50_000_000)
    assert ("rejected", ["file.expands_too_far"]) == end(world, data, "orders/a.csv.gz")


def test_a_bomb_of_rows() -> None:
    """Well-formed to the last row: what was read before the limit is not loaded either."""
    world = limited(World(), max_bytes=1_000_000)
    data = gzip.compress(HEADER + row(1) * 200_000)
    assert ("rejected", ["file.expands_too_far"]) == end(world, data, "orders/a.csv.gz")
    assert [] == loaded(world)


def test_ten_thousand_columns_in_the_header() -> None:
    world = World()
    outcome, codes = end(world, b",".join(b"c%d" % n for n in range(10_000)) + b"\n" + row(1))
    assert ("rejected", ["header.missing_column"]) == (outcome, codes[:1])
    (letter,) = world.letters("validate_and_parse")
    assert len(letter.attributes["csvgate-message"].encode()) <= 1024
    assert len(world.mailer.sent[0].html) < 102_000, "or Gmail clips it"


def test_ten_thousand_columns_beside_ours() -> None:
    header = HEADER.rstrip() + b"".join(b",x%d" % n for n in range(10_000)) + b"\n"
    outcome, codes = end(World(), header + row(1))
    assert ("rejected", ["header.extra_column"]) == (outcome, codes[:1])


def test_ten_thousand_cells_in_a_row() -> None:
    world = World()
    bad = row(2).rstrip() + b"," * 10_000 + b"\n"
    assert ("completed", ["row.too_many_fields"]) == end(world, orders(20) + bad)
    assert 20 == len(loaded(world))


def test_one_column_ten_thousand_times() -> None:
    header = HEADER.rstrip() + b",order_id" * 10_000 + b"\n"
    outcome, codes = end(World(), header + row(1))
    assert ("rejected", ["header.duplicate_column"]) == (outcome, codes[:1])


FORMULAS = [b"=cmd|' /C calc'!A0", b"+1+1", b"@SUM(A1)", b"-2+3", b"=HYPERLINK(1)", b"\tx", b"\rx"]


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_formula_in_a_rejected_row(formula: bytes) -> None:
    """The uploader's cells go back byte for byte, as corrections must load what was written; a cell
    of ours is never one that a spreadsheet would run."""
    world = World()
    bad = row(7, amount="x").replace(b"NEW", b'"%s"' % formula)
    outcome, _ = end(world, orders(20) + bad)
    assert "completed" == outcome
    (stored,) = world.store.buckets["rejects"].values()
    assert formula in stored.data
    (back,) = csv.DictReader(io.StringIO(stored.data.decode(), newline=""))
    assert formula.decode() == back["status"]
    assert back["_csvgate_line"].isdigit()
    assert back["_csvgate_errors"][0].isalpha()


def test_a_malformed_reference_loads_nothing() -> None:
    world = World()
    world.store.put("references", "customers.csv", b"customer_id,segment\nC0000001,retail,x\n")
    world.validate(world.upload("orders/a.csv", orders(5)))
    world.drain()
    assert {"reference.malformed"} == set(world.letter_codes())
    assert [] == loaded(world)
    assert {"failed"} == {event.outcome for event in world.finished()}


def test_a_reference_that_is_not_text() -> None:
    world = World()
    world.store.put("references", "customers.csv", bytes(range(256)) * 10)
    world.validate(world.upload("orders/a.csv", orders(5)))
    world.drain()
    assert {"reference.malformed"} == set(world.letter_codes())
    assert [] == loaded(world)


@pytest.mark.parametrize("file", [*compressed_files(), *other_formats()])
def test_other_kinds_of_files_end_with_their_code(file: str) -> None:
    """The same files are uploaded through the real servers elsewhere."""
    data, code = {**compressed_files(), **other_formats()}[file]
    outcome, codes = end(World(), data)
    if code is None:
        assert ("completed", []) == (outcome, codes)
    else:
        assert code in codes


@pytest.mark.parametrize("kind", ["bzip2", "xz", "zstd", "zip"])
def test_a_bomb_of_any_kind(kind: str) -> None:
    world = limited(World(), max_bytes=1_000_000)
    data, _ = compressed_files()[f"{kind} with a bomb"]
    assert ("rejected", ["file.expands_too_far"]) == end(world, data)
    assert [] == loaded(world)


def test_a_member_is_chosen_by_the_contract() -> None:
    world = World()
    world.contracts = Contracts(
        tuple(c.model_copy(update={"member": "june.*"}) for c in world.contracts)
    )
    world.restart()
    data = archive({"may.csv": HEADER + row(1), "june.csv": orders(20)})
    assert ("completed", []) == end(world, data)
    assert 20 == len(loaded(world))
