"""`csvgate check` ends at the same line as the cloud, with the same verdict and the same words."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from csvgate.contracts.match import Contracts
from csvgate.contracts.model import Contract
from csvgate.protocol.ledger.entries import Seal
from csvgate_ops.cli.author.check import command
from unit.delivery.simple import contract, table
from unit.protocol.test_pipeline import upload_id
from world import World

FILES = {
    "too many rows": ({"rejected_rows": 1_500}, table(10, bad=3_000), False),
    "too many rows, compressed": ({"rejected_rows": 1_500}, table(10, bad=3_000), True),
    "too many bytes": ({"rejected_bytes": 20_000}, table(10, bad=3_000), False),
    "a rate": ({"rejected_rate": 0.1}, table(10, bad=3_000), False),
    "a certain rate": ({"rejected_rate": 0.1}, table(0, bad=120_000), False),
    "few rows": ({"rejected_rows": 2}, table(10, bad=3), False),
    "all is well": ({}, table(10, bad=3), False),
}


def sealed(rules: Contract, name: str, data: bytes) -> tuple[Seal, bytes]:
    world = World(contracts=Contracts([rules]), chunk_bytes=2**24)
    world.validate(world.upload(name, data))
    found = world.ledger.upload(upload_id(world, name)).standing_seal()
    assert found is not None
    rejects = [stored.data for stored in world.store.buckets["rejects"].values()]
    return found[1], b"".join(rejects)


def checked(rules: Contract, folder: Path, name: str, data: bytes, *more: str) -> Result:
    path, rules_path = folder / name, folder / "plain.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    rules_path.write_text(rules.model_dump_json(by_alias=True, exclude_unset=True))
    args = [str(path), "--contract", str(rules_path), "--as", name, *more]
    return CliRunner().invoke(command, args)


@pytest.mark.parametrize("kind", FILES)
def test_the_same_verdict_as_in_the_cloud(kind: str, tmp_path: Path) -> None:
    limits, data, compressed = FILES[kind]
    rules = contract(limits=limits)
    name = "plain/a.csv.gz" if compressed else "plain/a.csv"
    data = gzip.compress(data) if compressed else data
    seal, rejects = sealed(rules, name, data)
    out = tmp_path / "rejects.csv"
    done = checked(rules, tmp_path, name, data, "--format", "json", "--rejects", str(out))
    report: dict[str, Any] = json.loads(done.stdout)
    counts = report["rows_read"], report["rows_valid"], report["rows_rejected"]
    assert (seal.counts.read, seal.counts.valid, seal.counts.rejected) == counts
    assert rejects == out.read_bytes()
    stopped = report.get("stopped")
    assert seal.stopped_at == (stopped and stopped["line"])
    assert stopped is None or seal.detail == stopped["message"]
    table_report = checked(rules, tmp_path, name, data).stdout
    assert seal.detail is None or seal.detail in table_report
    assert (seal.stopped_at is not None) == ("before line" in table_report)
    assert 1 == done.exit_code


def test_the_table_says_where_reading_stopped(tmp_path: Path) -> None:
    rules = contract(limits={"rejected_rows": 1_500})
    done = checked(rules, tmp_path, "plain/a.csv", table(10, bad=3_000))
    assert [
        "1,510 rows read: 10 valid, 1,500 rejected before line 1,512",
        "Uploading this file would load none of its rows: more than 1,500 rows are rejected; the "
        "contract allows 1,500. Reading stopped at line 1,512, so more rows may be faulty; the "
        "first 1,500 are shown (contract plain).",
    ] == done.stdout.splitlines()[:2]


def test_a_first_row_that_does_not_fit_is_not_clean(tmp_path: Path) -> None:
    done = checked(
        contract(limits={"rejected_bytes": 10}), tmp_path, "plain/a.csv", table(1, bad=1)
    )
    assert 1 == done.exit_code
    assert "1 row read: 1 valid, 0 rejected before line 3" == done.stdout.splitlines()[0]
