"""A corrected reject file: only its rows are loaded, with the upload and lines of the original."""

import pytest

from csvgate.contracts.load import load_directory
from csvgate.contracts.match import Contracts
from csvgate.protocol.identity import Upload
from csvgate.runtime.errors import Transient
from unit.protocol.invariants import loaded, rejected
from unit.protocol.orders import labelled_orders, orders
from world import ROOT, World

GOOD, BAD = 40, 4
ORIGINAL = "orders/a.csv"


def send(world: World, name: str, data: bytes) -> str:
    """Upload, deliver everything, and return the upload's id."""
    event = world.upload(name, data)
    world.validate(event)
    world.drain()
    info = world.store.stat("uploads", name)
    assert info is not None
    return Upload(info.bucket, info.name, info.generation).id


def reject_file(world: World) -> tuple[str, bytes]:
    """Name and content of the newest reject file."""
    name, stored = list(world.store.buckets["rejects"].items())[-1]
    return name, stored.data


def began() -> tuple[World, str]:
    """A world with one upload of which some rows were rejected."""
    world = World()
    original = send(world, ORIGINAL, orders(GOOD, bad=BAD))
    assert GOOD == len(loaded(world))
    return world, original


def test_corrected_rows_are_loaded_under_their_upload_and_line() -> None:
    world, original = began()
    lines = sorted(rejected(world))
    name, data = reject_file(world)
    correction = send(world, name, data.replace(b",twelve,", b",12,"))
    assert GOOD + BAD == len(loaded(world))
    assert lines == sorted({line for _, line in loaded(world)[GOOD:]})
    assert {original} == {upload for upload, _ in loaded(world)}
    entries = world.ledger.upload(correction)
    assert original == entries.corrects()
    assert [correction] == world.ledger.upload(original).corrections()
    assert ["completed", "completed"] == [event.outcome for event in world.finished()]


def test_a_row_that_is_still_wrong_comes_back_with_its_original_line() -> None:
    world, _ = began()
    lines = sorted(rejected(world))
    name, data = reject_file(world)
    send(world, name, data.replace(b",twelve,", b",12,", 1))
    assert GOOD + 1 == len(loaded(world))
    again_name, again = reject_file(world)
    assert again_name != name
    assert again.startswith(b"_csvgate_line,_csvgate_errors,order_id,")
    assert lines[1:] == [int(row.split(b",")[0]) for row in again.splitlines()[1:]]
    send(world, again_name, again.replace(b",twelve,", b",12,"))
    assert GOOD + BAD == len(loaded(world))
    assert GOOD + BAD == len(set(loaded(world)))


def test_the_same_corrected_file_again_loads_nothing_twice() -> None:
    world, _ = began()
    name, data = reject_file(world)
    corrected = data.replace(b",twelve,", b",12,")
    send(world, name, corrected)
    send(world, name, corrected)
    assert "upload.identical" == world.finished()[-1].code
    send(world, name, corrected.replace(b",12,", b",13,"))
    assert GOOD + BAD == len(set(loaded(world))) == len(loaded(world))
    assert b"correction.not_open" in reject_file(world)[1]


def test_rows_that_were_not_rejected_or_come_twice_are_refused() -> None:
    world, _ = began()
    name, data = reject_file(world)
    rows = data.replace(b",twelve,", b",12,").splitlines(keepends=True)
    foreign = b"9999" + rows[1][rows[1].index(b",") :]
    nameless = b"x" + rows[1][rows[1].index(b",") :]
    send(world, name, b"".join([*rows, rows[1], foreign, nameless]))
    assert GOOD + BAD == len(set(loaded(world))) == len(loaded(world))
    text = reject_file(world)[1]
    for code in (b"correction.repeated", b"correction.not_open", b"correction.line"):
        assert 1 == text.count(code)


def test_a_quote_left_open_swallows_no_other_row() -> None:
    world, _ = began()
    lines = sorted(rejected(world))
    name, data = reject_file(world)
    corrected = data.replace(b",twelve,", b",12,").replace(b"note 10000", b'"note 10000')
    corrected = corrected.replace(b"note 10003", b'"note 10003"')
    send(world, name, corrected)
    assert GOOD + BAD - 1 == len(set(loaded(world)))
    again = reject_file(world)[1]
    assert again.splitlines()[1].startswith(b"%d," % lines[0])
    assert b"row.unclosed_quote" in again


def test_without_its_origins_name_it_is_explained() -> None:
    world, _ = began()
    _, data = reject_file(world)
    send(world, "orders/renamed.csv", data)
    assert GOOD == len(loaded(world))
    assert "rejected" == world.finished()[-1].outcome
    assert "correction.unnamed" == world.finished()[-1].reasons[0].code


def test_a_correction_of_an_upload_that_was_rejected_is_explained() -> None:
    world = World()
    send(world, ORIGINAL, orders(4, bad=4))
    name, data = reject_file(world)
    send(world, name, data.replace(b",twelve,", b",12,"))
    assert [] == loaded(world)
    assert "correction.nothing_loaded" == world.finished()[-1].reasons[0].code


def test_a_correction_waits_for_the_one_before_it() -> None:
    world, _ = began()
    name, data = reject_file(world)
    corrected = data.replace(b",twelve,", b",12,")
    first = world.upload(name, corrected)
    world.validate(first)
    second = world.upload(f"{name}.again.csv", corrected)
    import pytest

    with pytest.raises(Transient) as caught:
        world.validate(second)
    assert "origin.waiting" == caught.value.code
    world.drain()
    world.validate(second)
    world.drain()
    assert GOOD + BAD == len(set(loaded(world))) == len(loaded(world))


def with_surroundings(text: str) -> World:
    """A world whose orders come with two lines before the header and one after the rows."""
    contract = load_directory(ROOT / "contracts").for_dataset("orders")
    assert contract is not None
    dialect = contract.dialect.model_copy(update={"preamble_lines": 2, "footer_lines": 1})
    changed = contract.model_copy(update={"dialect": dialect, "encoding": text})
    return World(contracts=Contracts([changed]))


@pytest.mark.parametrize(
    ("encoding", "mark"), [("utf-8", b""), ("utf-8", b"\xef\xbb\xbf"), ("utf-16-le", b"\xff\xfe")]
)
def test_a_preamble_and_an_encoding_are_the_originals_alone(encoding: str, mark: bytes) -> None:
    world = with_surroundings(encoding)
    text = "made by\nnobody\n" + orders(GOOD, bad=BAD).decode() + "the end\n"
    original = send(world, ORIGINAL, mark + text.encode(encoding))
    assert GOOD == len(loaded(world))
    name, data = reject_file(world)
    corrected = data.decode(encoding).replace(",twelve,", ",12,", BAD - 1)
    assert corrected != data.decode(encoding)
    send(world, name, corrected.encode(encoding))
    assert GOOD + BAD - 1 == len(set(loaded(world))) == len(loaded(world))
    again_name, again = reject_file(world)
    assert again.startswith(mark)
    send(world, again_name, again.decode(encoding).replace(",twelve,", ",12,").encode(encoding))
    assert {(original, line) for line in range(4, 4 + GOOD + BAD)} == set(loaded(world))


def test_a_corrected_file_has_the_labels_of_the_original_in_its_order() -> None:
    world = World(contracts=labelled_orders({"order_id": "Order ID", "amount": "Amount, EUR"}))
    swapped = [b",".join(reversed(line.split(b","))) for line in orders(GOOD, bad=BAD).splitlines()]
    swapped[0] = swapped[0].replace(b"order_id", b"ORDER ID ").replace(b"amount", b'"Amount, EUR"')
    original = send(world, ORIGINAL, b"\n".join(swapped))
    assert GOOD == len(loaded(world))
    name, data = reject_file(world)
    assert data.startswith(b"_csvgate_line,_csvgate_errors,notes,")
    assert b"amount: type.number" in data
    send(world, name, data.replace(b",twelve,", b",12,"))
    assert {(original, line) for line in range(2, 2 + GOOD + BAD)} == set(loaded(world))
    assert GOOD + BAD == len(loaded(world))
