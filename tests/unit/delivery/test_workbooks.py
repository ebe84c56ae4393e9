"""A workbook is loaded like a CSV file, and its rejected rows can be corrected as CSV."""

from pathlib import Path

from csvgate.protocol.identity import Upload
from csvgate.protocol.ledger.entries import Seal
from unit.author.check.check_examples import ORDERS_YAML, answer, faults
from unit.csv.workbook.workbooks import orders_sheet, workbook
from world import World


def sent(world: World, name: str, data: bytes) -> Seal:
    world.validate(world.upload(name, data))
    world.drain()
    info = world.store.stat("uploads", name)
    assert info is not None
    upload = world.ledger.upload(Upload(info.bucket, info.name, info.generation).id)
    found = upload.standing_seal()
    assert found is not None
    return found[1]


def test_rejected_rows_of_a_workbook_are_corrected_as_csv(tmp_path: Path) -> None:
    world, data = World(), orders_sheet(40, bad=4)
    seal = sent(world, "orders/a.csv", data)
    assert (seal.counts.read, seal.counts.valid, seal.counts.rejected) == (44, 40, 4)
    [reason] = seal.reasons
    assert [example.line for example in reason.examples] == [3, 6, 9]
    assert reason.examples[0].message.endswith("(Orders!F3)")
    [(name, stored)] = world.store.buckets["rejects"].items()
    assert stored.data.startswith(b"\xef\xbb\xbf_csvgate_line,")

    path = tmp_path / "a.xlsx"
    path.write_bytes(data)
    out = tmp_path / "rejects.csv"
    found = answer(path, "--contract", ORDERS_YAML, "--rejects", out)
    assert faults(found) == [(line, "amount", "type.number") for line in (3, 6, 9, 12)]
    assert out.read_bytes() == stored.data

    corrected = sent(world, name, stored.data.replace(b",twelve,", b",12,"))
    assert (corrected.counts.read, corrected.counts.valid) == (4, 4)


def test_a_workbook_with_several_sheets_is_refused() -> None:
    world = World()
    data = workbook({"Orders": [["order_id"]], "Prices": [["price"]]})
    seal = sent(world, "orders/a.csv", data)
    assert seal.status == "file_fault"
    assert "Its sheets: Orders, Prices" in (seal.detail or "")
