"""`csvgate revoke` and `csvgate restore` killed at the worst moments, and run again: the rows of an
upload and of its correction leave the table once, and come back once."""

import os
import signal
import subprocess
from dataclasses import dataclass, field

import pytest

from csvgate_ops.operate.uploads import UploadStatus, status
from e2e.held_requests import HeldRequests, Moment
from e2e.retail import Retail, Row
from local_cloud import CSVGATE, eventually

pytestmark = pytest.mark.cloud


@dataclass
class Undone:
    """An upload of two rows, of which one was rejected and then corrected."""

    shops: Retail
    table: str
    upload: UploadStatus = field(init=False)
    correction: UploadStatus = field(init=False)
    others: list[Row] = field(init=False)
    """The rows of the table before both."""

    def __post_init__(self) -> None:
        head = {"returns": "receipt amount", "sales": "receipt shop amount"}[self.table]
        shop = "Gotha " if self.table == "sales" else ""
        self.shops.upload(f"{self.table}/neighbour.csv", f"{head}\nR-41 {shop}1")
        self.others = self.shops.rows(self.table)
        rows = f"R-42 {shop}10.5\nR-43 {shop}seven"
        self.upload = self.shops.upload(f"{self.table}/undone.csv", f"{head}\n{rows}")
        rejects = str(self.upload.rejects).split("/", 3)[3]
        data = self.shops.cloud.bucket("rejects").blob(rejects).download_as_text()
        self.correction = self.shops.send(rejects, data.replace("seven", "7"))
        ours = [
            (self.upload.id, 2, f"R-42 {shop}10.5"),
            (self.upload.id, 3, f"R-43 {shop}7"),
        ]
        self.loaded = sorted([*self.others, *ours])
        assert self.loaded == self.rows

    @property
    def rows(self) -> list[Row]:
        return self.shops.rows(self.table)

    @property
    def state(self) -> str:
        return status(self.shops.ledger, self.upload.id).state

    @property
    def ends(self) -> list[tuple[str, int]]:
        """The states of the upload and of its correction, with the numbers of their attempts."""
        found = [status(self.shops.ledger, each.id) for each in (self.upload, self.correction)]
        return [(each.state, len(each.attempts)) for each in found]

    def begin(self, action: str) -> "subprocess.Popen[str]":
        """Start the command as for a project, so that its requests can be held."""
        cloud = self.shops.cloud
        environment = cloud.environment | {
            "BIGQUERY_EMULATOR_HOST": f"http://127.0.0.1:{self.shops.jobs.port}",
            "STORAGE_EMULATOR_HOST": f"http://127.0.0.1:{self.shops.objects.port}",
        }
        command = [str(CSVGATE), action, self.upload.id, "--project", cloud.project]
        return subprocess.Popen(
            [*command, "--reason", "the wrong month", "--yes"],
            env=os.environ | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def kill(self, action: str, held: HeldRequests, moment: Moment, part: str = "") -> list[Row]:
        """Kill the command at this moment, and enrich_records too if it is its request that is
        held. Return the rows of the table at that moment."""
        with held.hold(moment, part) as reached, self.begin(action) as command:
            if not reached.wait(60):
                command.kill()
                pytest.fail(f"nothing was held of: {command.communicate()[0]}")
            command.kill()
            rows = self.rows
            if held is self.shops.jobs and action == "restore":
                os.killpg(self.shops.cloud.pids["enrich_records"], signal.SIGKILL)
        return rows

    def end(self, action: str) -> str:
        """Run the command to its end, and return what it says."""
        with self.begin(action) as command:
            said = command.communicate(timeout=120)[0]
        assert 0 == command.returncode, said
        return said


@pytest.mark.timeout(300)
@pytest.mark.parametrize("table", ["returns", "sales"])
def test_revoked_and_restored_in_spite_of_kills(shops: Retail, table: str) -> None:
    """Rows of `returns` are only added, so that a revocation is a job of its own. Those of `sales`
    are replaced, so that it is an entry in the log of the object."""
    undone = Undone(shops, table)
    shops.jobs.answers.clear()
    assert undone.loaded == undone.kill("revoke", shops.jobs, "before")
    assert (undone.loaded, "revoking") == (undone.rows, undone.state)
    assert undone.others == undone.kill("revoke", shops.jobs, "after")
    assert (undone.others, "revoking") == (undone.rows, undone.state)
    assert f"revoked: 2 rows of retail.{table} removed" in undone.end("revoke")
    assert (undone.others, "revoked") == (undone.rows, undone.state)
    assert [None, 200, 409] == answers_of_one_job(shops.jobs)
    assert_everything_adds_up(shops)

    shops.jobs.answers.clear()
    if table == "returns":
        kill_between_the_entries(undone)
    else:
        kill_under_the_statement(undone)
    assert f"correction {undone.correction.id} is loaded again" in undone.end("restore")
    eventually(lambda: undone.ends == [("completed", 2)] * 2, "the end of the correction")
    assert undone.loaded == undone.rows
    # The statement of the upload ran once, and so did that of its correction.
    ran = [each for each in shops.jobs.answers if each[1] not in (None, 409)]
    assert [200] * (2 if table == "sales" else 0) == [answer for _, answer in ran]


def kill_between_the_entries(undone: Undone) -> None:
    """The revoked attempt is to be restored, and then it has ended, but no message says so."""
    for moment in ("before", "after"):
        assert undone.others == undone.kill("restore", undone.shops.objects, moment, "/dead.json")
    assert undone.others == undone.rows


def kill_under_the_statement(undone: Undone) -> None:
    """The restored rows are in the staging table again; the statement has not begun, or its answer
    is lost."""
    jobs = undone.shops.jobs
    own = [row for row in undone.loaded if row[:2] != (undone.upload.id, 3)]
    assert undone.others == undone.kill("restore", jobs, "before")
    assert own == undone.kill("restore", jobs, "after")


def answers_of_one_job(jobs: HeldRequests) -> list[int | None]:
    names, answers = zip(*jobs.answers, strict=True)
    assert 1 == len(set(names)), "the job has one id"
    return list(answers)


def assert_everything_adds_up(shops: Retail) -> None:
    assert "no discrepancies" in shops.cloud.csvgate("reconcile").stdout


def test_everything_adds_up_in_the_end(shops: Retail) -> None:
    assert_everything_adds_up(shops)
