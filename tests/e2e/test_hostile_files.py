"""A hundred hostile files through real clients, servers and processes.

Each ends in a named outcome, every row is in the table or in the reject file, the functions stay up
within their memory, and the next honest file is loaded.
"""

from collections import Counter
from functools import partial
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from csvgate.contracts.model import Size
from csvgate.gcp.storage import GcsObjectStore
from csvgate.protocol.identity import Upload
from csvgate.protocol.ledger.attempts import End, end_of_upload
from csvgate.protocol.ledger.entries import Seal
from csvgate.protocol.ledger.ledger import Ledger
from csvgate_ops.deploy import topology as topo
from csvgate_ops.local.cloud.options import repository
from e2e.uploads import table_lines
from hostile_files import HostileFile, hostile_files
from local_cloud import LocalCloud, eventually, variables
from unit.protocol.orders import orders

pytestmark = pytest.mark.cloud


@pytest.fixture
def ledger(local_cloud: LocalCloud) -> Ledger:
    with variables(local_cloud.environment):
        store = GcsObjectStore(local_cloud.project)
    return Ledger(store, local_cloud.endpoints["buckets"]["ledger"])


def put(cloud: LocalCloud, name: str, data: bytes) -> str:
    blob = cloud.bucket("uploads").blob(name)
    blob.upload_from_string(data, content_type="text/csv")
    return Upload(blob.bucket.name, name, int(blob.generation)).id


def ended(ledger: Ledger, upload_id: str, name: str) -> End:
    """Wait for the end. The function's own budget is far below this: a slow machine must not decide
    whether the test passes."""
    find = partial(end_of_upload, ledger.upload(upload_id))
    end = eventually(find, f"the end of {name}", seconds=900)
    assert end is not None
    return end


def seal_of(ledger: Ledger, upload_id: str, end: End) -> Seal:
    seal = ledger.upload(upload_id).seal(end.decision.seal)
    assert seal is not None
    return seal


def first_code(seal: Seal) -> str | None:
    return None if seal.status == "valid" else seal.reasons[0].code


def rows_by_upload(cloud: LocalCloud) -> Counter[str]:
    sql = "SELECT _upload_id AS upload, COUNT(*) AS n FROM `sales.orders` GROUP BY 1"
    return Counter({row["upload"]: row["n"] for row in cloud.bigquery.query(sql).result()})


def peak_memory(pid: int) -> list[int]:
    """Return the most memory that each process of a function has had, in bytes."""
    found = []
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            fields = dict(line.split(":", 1) for line in status.read_text().splitlines())
        except OSError:
            continue
        if int(fields["Pid"]) == pid or int(fields["PPid"]) == pid:
            found.append(int(fields["VmHWM"].split()[0]) * 1024)
    return found


@pytest.mark.timeout(1200)
def test_a_hundred_hostile_files(local_cloud: LocalCloud, ledger: Ledger) -> None:
    # The first upload creates the table.
    first = put(local_cloud, "orders/before.csv", orders(3))
    ended(ledger, first, "before.csv")
    pids, files = local_cloud.pids, hostile_files()
    assert len(files) >= 100
    ids = {file.object_name: put(local_cloud, file.object_name, file.data) for file in files}
    honest = put(local_cloud, "orders/honest.csv", orders(20, 1))

    seals = {}
    for file in files:
        upload_id = ids[file.object_name]
        seals[file.name] = seal_of(ledger, upload_id, ended(ledger, upload_id, file.name))
    assert "completed" == ended(ledger, honest, "honest.csv").finished.outcome
    assert 20 == len(table_lines(local_cloud, honest))
    expected = {file.name: file.first_code for file in files}
    assert expected == {name: first_code(seal) for name, seal in seals.items()}

    loaded = rows_by_upload(local_cloud)
    for file in files:
        problem = broken_promise(file, seals[file.name], loaded[ids[file.object_name]])
        assert problem is None, problem
    assert pids == local_cloud.pids
    functions = topo.load(repository() / "deploy" / "topology.yaml").functions
    for name, function in functions.items():
        memory = TypeAdapter(Size).validate_python(f"{function.memory}B")
        assert max(peak_memory(pids[name])) < memory, name


def broken_promise(file: HostileFile, seal: Seal, loaded: int) -> str | None:
    """Return what is wrong with the number of rows in the table."""
    counts = seal.counts
    if seal.status != "valid":
        return f"{file.name}: {loaded} rows of a rejected file" if loaded else None
    if counts.read != counts.valid + counts.rejected or counts.valid != loaded:
        return f"{file.name}: {counts}, and {loaded} rows are in the table"
    return None
