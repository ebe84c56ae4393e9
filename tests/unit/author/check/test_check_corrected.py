"""A corrected reject file is checked with the rows, lines and faults of the cloud."""

from pathlib import Path
from typing import Any

import pytest

from csvgate.protocol.identity import Upload
from csvgate.protocol.ledger.entries import Seal
from unit.author.check.check_examples import ORDERS_YAML, answer, by_orders, check, faults
from unit.protocol.orders import orders
from unit.protocol.test_pipeline import upload_id
from world import World

LEDGER_CHECKS = [
    "correction.dataset",
    "correction.nothing_loaded",
    "correction.lines_unknown",
    "correction.not_open",
]


class Cloud:
    """One upload with four bad rows, completed; its reject file waits for corrections."""

    def __init__(self) -> None:
        self.world = World()
        self.send("orders/a.csv", orders(40, bad=4))
        self.original = upload_id(self.world, "orders/a.csv")
        self.name, self.rejects = self.newest()

    def send(self, name: str, data: bytes) -> Seal:
        event = self.world.upload(name, data)
        self.world.validate(event)
        self.world.drain()
        info = self.world.store.stat("uploads", name)
        assert info is not None
        upload = self.world.ledger.upload(Upload(info.bucket, info.name, info.generation).id)
        found = upload.standing_seal()
        assert found is not None
        return found[1]

    def newest(self) -> tuple[str, bytes]:
        name, stored = list(self.world.store.buckets["rejects"].items())[-1]
        return name, stored.data


@pytest.fixture
def cloud() -> Cloud:
    return Cloud()


def on_disk(folder: Path, name: str, data: bytes) -> Path:
    path = folder / Path(name).name
    path.write_bytes(data)
    return path


def both(cloud: Cloud, folder: Path, data: bytes, out: Path) -> dict[str, Any]:
    """The report of `check` on a corrected file, which must agree with the cloud's."""
    file = on_disk(folder, cloud.name, data)
    found = answer(file, "--contract", ORDERS_YAML, "--max-faults", "0", "--rejects", out)
    counts = cloud.send(cloud.name, data).counts
    assert [counts.read, counts.valid, counts.rejected] == [
        found[key] for key in ("rows_read", "rows_valid", "rows_rejected")
    ]
    assert {"upload": cloud.original, "unchecked": LEDGER_CHECKS} == found["correction"]
    return found


def test_a_corrected_file_is_clean(cloud: Cloud, tmp_path: Path) -> None:
    corrected = cloud.rejects.replace(b",twelve,", b",12,")
    found = both(cloud, tmp_path, corrected, tmp_path / "out.csv")
    assert (4, 4, None, []) == (
        found["rows_read"],
        found["rows_valid"],
        found["file_fault"],
        found["faults"],
    )
    assert not (tmp_path / "out.csv").exists()


def test_what_is_still_wrong_has_its_original_line_and_comes_back_as_from_the_cloud(
    cloud: Cloud, tmp_path: Path
) -> None:
    rows = cloud.rejects.splitlines(keepends=True)
    corrected = [
        rows[0],
        *(row.replace(b",twelve,", b",12,") for row in rows[1:3]),
        rows[4],
        rows[3],
    ]
    out = tmp_path / "out.csv"
    found = both(cloud, tmp_path, b"".join(corrected), out)
    lines = [int(row.split(b",")[0]) for row in (rows[4], rows[3])]
    assert [(line, "amount", "type.number") for line in lines] == faults(found)
    assert cloud.newest()[1] == out.read_bytes()


def test_rows_with_damaged_or_repeated_lines_are_refused_as_by_the_cloud(
    cloud: Cloud, tmp_path: Path
) -> None:
    rows = cloud.rejects.replace(b",twelve,", b",12,").splitlines(keepends=True)
    nameless = b"x" + rows[1][rows[1].index(b",") :]
    broken = rows[2].replace(b"note", b'"note')
    out = tmp_path / "out.csv"
    found = both(cloud, tmp_path, b"".join([*rows[:2], rows[1], nameless, broken, rows[3]]), out)
    first = int(rows[1].split(b",")[0])
    assert [
        (first, "_csvgate_line", "correction.repeated"),
        (4, "_csvgate_line", "correction.line"),
        (int(rows[2].split(b",")[0]), None, "row.unclosed_quote"),
    ] == faults(found)
    assert cloud.newest()[1] == out.read_bytes()


def test_the_table_names_the_upload_and_what_is_not_checked(cloud: Cloud, tmp_path: Path) -> None:
    rows = cloud.rejects.splitlines(keepends=True)
    data = b"".join([rows[0], rows[1].replace(b",twelve,", b",12,"), *rows[2:]])
    done = by_orders(on_disk(tmp_path, cloud.name, data))
    lines = done.stdout.splitlines()
    assert 1 == done.exit_code
    assert [
        f"This is a corrected reject file of upload {cloud.original}. "
        "Lines are those of the original file.",
        "4 rows read: 1 valid, 3 rejected",
        "Uploading this file would load the 1 valid row; "
        "the contract's limits on the number of rejected rows do not apply to corrections.",
        "Not checked, because only the upload's ledger can tell: "
        f"that upload {cloud.original} belongs to this dataset, that its valid rows are loaded, "
        "that its rejected lines are known, and that they are still open.",
    ] == lines[:4]


def test_the_name_has_to_say_of_which_upload(cloud: Cloud, tmp_path: Path) -> None:
    corrected = cloud.rejects.replace(b",twelve,", b",12,")
    file = on_disk(tmp_path, "renamed.csv", corrected)
    found = answer(file, "--contract", ORDERS_YAML)
    validated = cloud.send("orders/renamed.csv", corrected)
    [reason] = validated.reasons
    assert {
        "code": "correction.unnamed",
        "line": 1,
        "message": reason.examples[0].message,
    } == found["file_fault"]
    assert reason.code == found["file_fault"]["code"]
    assert "--as NAME" in by_orders(file).stdout
    named = answer(file, "--contract", ORDERS_YAML, "--as", cloud.name)
    assert [] == named["faults"]
    assert cloud.original == named["correction"]["upload"]


def test_standard_input_has_no_name_and_is_read_all_the_same(cloud: Cloud) -> None:
    done = check("-", "--contract", ORDERS_YAML, stdin=cloud.rejects)
    first, counts, *_ = done.stdout.splitlines()
    assert "of an unnamed upload" in first
    assert "4 rows read: 0 valid, 4 rejected" == counts
    assert "that its name contains the id of the upload" in done.stdout


def test_another_file_is_not_a_correction(tmp_path: Path) -> None:
    file = on_disk(tmp_path, "a.csv", orders(2))
    assert "correction" not in answer(file, "--contract", ORDERS_YAML)


def test_surroundings_of_the_original_are_not_looked_for(tmp_path: Path) -> None:
    from unit.author.check.check_examples import write_contract

    dialect = {"preambleLines": 2, "footerLines": 1}
    contract = write_contract(tmp_path, "named", encoding="utf-16-le", dialect=dialect)
    text = "\ufeff_csvgate_line,_csvgate_errors,id,name\r\n7,because,1,x\r\n9,because,2,y\r\n"
    name = f"a.{'0' * 20}-{'1' * 16}.rejects.csv"
    found = answer(on_disk(tmp_path, name, text.encode("utf-16-le")), "--contract", contract)
    assert (2, 2, "0" * 20) == (
        found["rows_read"],
        found["rows_valid"],
        found["correction"]["upload"],
    )
