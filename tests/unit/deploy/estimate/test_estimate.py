"""Estimates: sizes, prices and limits."""

import gzip
import json
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest
from click.testing import CliRunner, Result

from csvgate.contracts.effects import Disposition
from csvgate.contracts.hashing import to_json
from csvgate.contracts.load import load
from csvgate_ops.author.check.output import Unusable
from csvgate_ops.cli.deploy.estimate import command
from csvgate_ops.deploy.estimate.bill import MONTH_DAYS
from csvgate_ops.deploy.estimate.estimate import Estimate, estimate
from csvgate_ops.deploy.estimate.headroom import Headroom
from csvgate_ops.deploy.estimate.prices import price_list
from csvgate_ops.deploy.estimate.sample_file import measure
from csvgate_ops.deploy.estimate.upload_size import Shape, UploadSize
from csvgate_ops.deploy.estimate.view import amount, money, percent
from csvgate_ops.deploy.topology import Topology
from csvgate_ops.deploy.topology import load as load_topology
from unit.csv.compressed import zipped
from unit.csv.workbook.workbooks import orders_sheet
from unit.protocol.orders import HEADER, orders
from world import ROOT

PRICES = price_list()
CONTRACT = ROOT / "contracts" / "orders.yaml"


@pytest.fixture(scope="module")
def topology() -> Topology:
    return load_topology(ROOT / "deploy" / "topology.yaml")


def given(rows: int, csv_bytes: int, topology: Topology, **options: Any) -> Estimate:
    size = UploadSize.given(rows, csv_bytes, PRICES.measured)
    return estimate(size, Shape(), topology, PRICES, **options)


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(command, [*map(str, arguments)])


def answer(*arguments: str | Path) -> dict[str, Any]:
    done = run(*arguments, "--json")
    assert 0 == done.exit_code, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_a_gib_at_list_price(topology: Topology) -> None:
    """Calculated by hand: 1 GiB of CSV, 10 million rows."""
    found = given(10_000_000, 1 << 30, topology)
    costs = {line.key: line.upload_cost for line in found.lines}
    # The file, and its staged chunks.
    assert 0.020 * 1.3928 == pytest.approx(costs["storage_kept"], rel=0.001)
    assert 0.025 * 1.90 == pytest.approx(costs["bigquery_written"])
    assert 0.02 * 1.90 == pytest.approx(costs["bigquery_kept"])
    # Published and delivered: the addresses of 64 chunks and the marker, the event and the end, at
    # $40 a TiB. Each message is charged as 1,000 bytes at least.
    published = (65 * 1000 + 1500 + 1000) / (1 << 30)
    assert 64 == found.footprint.chunks
    assert 2 * published * 40 / 1024 == pytest.approx(costs["pubsub_throughput"])
    kept = 66 * 1000 / (1 << 30) * 0.27 * 7 / MONTH_DAYS
    assert kept == pytest.approx(costs["pubsub_retained"])
    assert 0 == costs["eventarc_events"]
    assert sum(costs.values()) == pytest.approx(found.upload_cost)


def busiest(found: Estimate) -> Headroom:
    """Return the first limit that depends on the number of uploads."""
    return next(limit for limit in found.limits if not limit.what.startswith("memory"))


def memory_of(rows: int, topology: Topology, **shape: Any) -> Headroom:
    size = UploadSize.given(rows, 100 * rows, PRICES.measured)
    limits = estimate(size, Shape(**shape), topology, PRICES).limits
    return next(limit for limit in limits if limit.what.startswith("memory"))


def test_the_memory_of_expressions_and_unique_keys_counts(topology: Topology) -> None:
    plain = memory_of(10, topology, expressions=False, unique_keys=0)
    assert (620, 2048) == (plain.used, plain.limit)
    assert 620 + 110 + 768 == memory_of(10, topology, unique_keys=0).used
    keys = memory_of(10**7, topology, expressions=False, unique_keys=2)
    assert 620 + 2 * 17e7 / 2**20 == pytest.approx(keys.used)


def test_expressions_take_time_for_each_row(topology: Topology) -> None:
    size = UploadSize.given(10**7, 10**9, PRICES.measured)
    without, with_them = (
        estimate(size, Shape(expressions=computed), topology, PRICES).seconds.validate
        for computed in (False, True)
    )
    assert 10 * 2 * PRICES.measured.expressions_us_per_row == pytest.approx(
        with_them - without, abs=0.1
    )


@pytest.mark.parametrize(
    ("properties", "table", "scanned"),
    [
        ({}, None, 0),
        ({"on_overwrite": "replace"}, None, 3 * 190_000_000),
        ({"on_overwrite": "replace"}, 1 << 30, 190_000_000 + (2 << 30)),
        ({"replace": "table"}, 0, 190_000_000 + 2 * 10 * 1024**2),
        ({"replace_by": ["created_at"]}, 1 << 30, 2 * 190_000_000 + (3 << 30)),
        ({"merge": {"key": ["order_id"]}}, 1 << 30, 190_000_000 + (2 << 30)),
    ],
)
def test_bytes_of_the_statement(
    topology: Topology, properties: dict[str, Any], table: int | None, scanned: int
) -> None:
    contract = load(CONTRACT).model_validate({**_given(), **properties})
    size = UploadSize.given(800_000, 100_000_000, PRICES.measured)
    found = estimate(size, Shape.of(contract), topology, PRICES, table_bytes=table)
    assert found.scanned == scanned
    costs = {line.key: line.upload_cost for line in found.lines}
    assert costs["bigquery_scanned"] == pytest.approx(scanned / 1024**4 * 6.25)


def _given() -> dict[str, Any]:
    return json.loads(to_json(load(CONTRACT)))  # type: ignore[no-any-return]


def test_a_small_replacement_has_a_stream_of_its_own(topology: Topology) -> None:
    size = UploadSize.given(100, 10_000, PRICES.measured)
    lanes = [
        estimate(size, replace(Shape(), disposition=each), topology, PRICES).footprint.lane
        for each in get_args(Disposition)
    ]
    assert lanes == ["shared", "pending", "pending", "pending", "pending", "pending"]


def test_a_month_is_its_uploads(topology: Topology) -> None:
    found = given(1000, 100_000, topology, per_day=10)
    assert found.upload_cost * 10 * MONTH_DAYS == pytest.approx(found.month_cost)


def test_free_units_come_off_the_month_only(topology: Topology) -> None:
    full = given(100_000, 10_000_000, topology, per_day=5)
    free = given(100_000, 10_000_000, topology, per_day=5, free=True)
    assert full.upload_cost == free.upload_cost
    by_key = {line.key: line for line in free.lines}
    assert 0 == by_key["run_cpu"].month_cost == by_key["bigquery_written"].month_cost
    assert 0 < by_key["storage_kept"].month_cost
    kept = next(line for line in full.lines if line.key == "storage_kept")
    assert kept.month_cost == by_key["storage_kept"].month_cost


def test_cpu_time_grows_with_the_functions(topology: Topology) -> None:
    small = {line.key: line.upload_cost for line in given(10**6, 10**8, topology).lines}
    functions = {
        name: function.model_copy(update={"cpu": 2 * function.cpu, "memory": "4Gi"})
        for name, function in topology.functions.items()
    }
    wide = topology.model_copy(update={"functions": functions})
    large = {line.key: line.upload_cost for line in given(10**6, 10**8, wide).lines}
    assert 2 * small["run_cpu"] == pytest.approx(large["run_cpu"])
    assert 1.9 < large["run_memory"] / small["run_memory"]
    assert small["run_requests"] == large["run_requests"]


def test_one_huge_file_reaches_the_timeout_first(topology: Topology) -> None:
    nearest = given(200_000_000, 25_000_000_000, topology).limits[0]
    assert ("validate_and_parse", 540) == (nearest.service, nearest.limit)
    assert 1 < nearest.share


def test_many_small_files_share_streams(topology: Topology) -> None:
    found = given(100, 10_000, topology, per_day=20_000)
    used = {limit.what: limit.used for limit in found.limits}
    assert 0 == used["write streams created in 4 hours"]
    # A new project has fewer processors than the instances of all functions together.
    assert "processors in use on average" == busiest(found).what


def test_without_sharing_many_small_files_reach_the_stream_quota_first(topology: Topology) -> None:
    loads = topology.functions["enrich_records"].model_copy(update={"small_uploads": "pending"})
    functions = {**topology.functions, "enrich_records": loads}
    separate = topology.model_copy(update={"functions": functions})
    nearest = busiest(given(100, 10_000, separate, per_day=20_000))
    assert "write streams created in 4 hours" == nearest.what
    assert 10_000 / 30_000 == pytest.approx(nearest.share)


def test_every_quota_is_calculated(topology: Topology) -> None:
    limits = given(1000, 100_000, topology).limits
    assert {quota.what for quota in PRICES.quotas.values()} <= {limit.what for limit in limits}
    assert [limit.share for limit in limits] == sorted((x.share for x in limits), reverse=True)


def test_measured_rates_match_the_bench() -> None:
    """bench/RESULTS.md changes from time to time, and the rates here must follow."""
    results = (ROOT / "bench" / "RESULTS.md").read_text()
    row = next(x for x in results.splitlines() if x.startswith("| csvgate, end to end |"))
    validate = float(row.split("|")[3])
    chunk = next(x for x in results.splitlines() if x.startswith("| Arrow chunk → Arrow appends"))
    wire = next(x for x in results.splitlines() if x.startswith("| Arrow chunk, zstd"))
    csv = next(x for x in results.splitlines() if x.startswith("| CSV, as uploaded"))
    per_row = float(csv.split("|")[2])
    measured = PRICES.measured
    # Machines differ; half or twice would change what an estimate says.
    assert 0.5 < validate * 1000 / per_row / measured.validate_ns_per_byte < 2
    assert 0.5 < float(chunk.split("|")[3]) / measured.enrich_us_per_row < 2
    assert float(wire.split("|")[2]) / per_row == pytest.approx(measured.wire_per_byte, rel=0.02)
    assert float(chunk.split("|")[9]) / per_row == pytest.approx(measured.table_per_byte, rel=0.02)


def test_a_file_is_measured_by_its_contract(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(orders(300, bad=10))
    size = measure(path, load(CONTRACT))
    assert (310, 10) == (size.rows, size.rejected)
    assert path.stat().st_size == size.stored_bytes == size.csv_bytes
    packed = tmp_path / "a.csv.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    stored = packed.stat().st_size
    assert replace(size, stored_bytes=stored) == measure(packed, load(CONTRACT))


@pytest.mark.parametrize("packed", [False, True])
def test_a_long_file_is_extrapolated(tmp_path: Path, packed: bool) -> None:
    data = orders(20_000)
    path = tmp_path / "a.csv"
    path.write_bytes(gzip.compress(data) if packed else data)
    size = measure(path, load(CONTRACT), 300_000)
    assert size.sampled < 0.8
    assert path.stat().st_size == size.stored_bytes
    assert len(data) == pytest.approx(size.csv_bytes, rel=0.1)
    assert 20_000 == pytest.approx(size.rows, rel=0.1)


def test_a_zip_archive_is_measured_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    """All of it is read before its first row, so a part of it says nothing about the rest."""
    path = tmp_path / "a.zip"
    path.write_bytes(zipped(orders(2_000)))
    assert 2_000 == measure(path, load(CONTRACT)).rows
    with pytest.raises(Unusable, match=r"is a zip archive, .* give --rows and --bytes instead"):
        measure(path, load(CONTRACT), 50_000)


def test_a_workbook_is_measured_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    file, rules = tmp_path / "orders.xlsx", load(CONTRACT)
    file.write_bytes(orders_sheet(1_000, 25))
    size = measure(file, rules)
    assert (size.rows, size.rejected, size.sampled) == (1_025, 25, 1.0)
    assert size.stored_bytes == file.stat().st_size < size.csv_bytes
    with pytest.raises(Unusable, match="is an Excel workbook, which is not read in part"):
        measure(file, rules, 1)


def test_the_command_on_a_file(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(orders(300))
    found = answer(path, "--as", "orders/a.csv", "--per-day", "3")
    assert 300 == found["upload"]["rows"]
    assert found["cost"]["upload"] == pytest.approx(
        sum(line["upload"]["cost"] for line in found["lines"])
    )
    shown = run(path, "--as", "orders/a.csv").stdout
    for service in ("Cloud Storage", "Eventarc", "Cloud Run functions", "Pub/Sub", "BigQuery"):
        assert service in shown
    assert "Closest limit" in shown
    assert "SendGrid" in shown


def test_the_command_on_a_contract_that_merges(tmp_path: Path) -> None:
    path, contract = tmp_path / "a.csv", tmp_path / "orders.yaml"
    path.write_bytes(orders(300))
    text = CONTRACT.read_text(encoding="utf-8")
    contract.write_text(f"{text}\nmerge: {{key: [order_id]}}\n", encoding="utf-8")
    arguments = (path, "--contract", contract, "--as", "orders/a.csv")
    shown = " ".join(run(*arguments).stdout.split())  # lines are wrapped
    assert "the statement that changes the table scans at most 30.0 MiB" in shown
    assert "are assumed to be as large as" in shown
    assert "replace or merge" in shown
    given = " ".join(run(*arguments, "--table", "5GiB").stdout.split())
    assert "scans at most 10.0 GiB" in given
    assert "are assumed to be as large as" not in given
    assert "replace or merge" not in run(path, "--as", "orders/a.csv").stdout


def test_the_command_without_a_file() -> None:
    found = answer("--rows", "1000000", "--bytes", "100MB")
    assert (1_000_000, 100_000_000, 0) == (
        found["upload"]["rows"],
        found["upload"]["csv_bytes"],
        found["upload"]["sampled"],
    )
    assert "ratios of an orders file" in run("--rows", "10", "--bytes", "1000").stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "give FILE, or both --rows and --bytes"),
        (("--rows", "5"), "give FILE, or both --rows and --bytes"),
        (("--rows", "5", "--bytes", "many"), "'many' is not a size"),
        (("--rows", "50", "--bytes", "10"), "--bytes 10 is too small for --rows 50"),
        (("--rows", "5", "--bytes", "100", "--per-day", "0"), "--per-day"),
    ],
)
def test_wrong_usage(arguments: tuple[str, ...], message: str) -> None:
    done = run(*arguments)
    assert 2 == done.exit_code
    assert message in done.stderr


def test_a_file_that_would_be_rejected_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"nothing,like,orders\n1,2,3\n")
    done = run(path, "--as", "orders/a.csv")
    assert 2 == done.exit_code
    assert "would be rejected as a whole" in done.stderr
    path.write_bytes(HEADER)
    assert 0 == run(path, "--as", "orders/a.csv").exit_code


def test_a_file_that_is_larger_than_its_contract_allows(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(orders(5))
    contract = load(CONTRACT)
    limits = contract.limits.model_copy(update={"max_bytes": 100})
    size = path.stat().st_size
    with pytest.raises(Unusable, match=f"it has {size} bytes, but 100 are allowed"):
        measure(path, contract.model_copy(update={"limits": limits}))


def test_amounts_as_people_read_them() -> None:
    assert ["$0", "<$0.00001", "$0.00034", "$0.12", "$1.00", "$1,234.50"] == [
        money(x) for x in (0, 0.000001, 0.00034, 0.123, 1, 1234.5)
    ]
    assert [("25.0", "KiB"), ("2.5", "GiB"), ("3", "GiB-s"), ("1.0", "MiB-months")] == [
        amount(25 / 1024**2, "GiB"),
        amount(2.5, "GiB"),
        amount(3, "GiB-s"),
        amount(1 / 1024, "GiB-months"),
    ]
    assert ["<0.1%", "0.2%", "12%", "1,200%"] == [percent(x) for x in (0.0001, 0.002, 0.12, 12)]
