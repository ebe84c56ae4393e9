"""Uploads that change rows of their table, as an operator sees them, and with the function killed
while its statement is under way."""

import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from csvgate.protocol.events import Changes
from e2e.held_requests import Moment
from e2e.retail import Retail, Row
from e2e.uploads import email_text, emails
from local_cloud import eventually

pytestmark = pytest.mark.cloud


def test_a_corrected_daily_file_replaces_the_first_one(shops: Retail) -> None:
    name = "sales/2026-11-27.csv"
    other = shops.upload("sales/2026-11-26.csv", "receipt shop amount\nR-1 Halle 4.5")
    first = shops.upload(
        name, "receipt shop amount\nR-8 Leipzig 10.5\nR-9 Leipzig 12\nR-10 Halle seven"
    )
    rest = (other.id, 2, "R-1 Halle 4.5")
    loaded = [(first.id, 2, "R-8 Leipzig 10.5"), (first.id, 3, "R-9 Leipzig 12")]
    assert sorted([rest, *loaded]) == shops.rows("sales")

    file = shops.file("receipt shop amount\nR-8 Leipzig 11.5\nR-10 Halle 7")
    said = shops.cloud.csvgate("upload", str(file), "--as", name, "--wait").stdout
    assert (
        "completed: 2 rows read = 2 loaded + 0 rejected; 2 rows inserted, 0 updated, 2 rem" in said
    )
    status = shops.latest(name)
    expected = [(status.id, 2, "R-8 Leipzig 11.5"), (status.id, 3, "R-10 Halle 7")]
    assert sorted([rest, *expected]) == shops.rows("sales")
    shown = shops.cloud.csvgate("show", "sales", "--upload", status.id).stdout.splitlines()
    assert [["R-8", "Leipzig", "11.5"], ["R-10", "Halle", "7"]] == [
        line.split()[:3] for line in shown[1:]
    ]
    rejects = str(first.rejects).split("/", 3)[3]
    data = shops.cloud.bucket("rejects").blob(rejects).download_as_text()
    late = shops.send(rejects, data.replace("seven", "7"))
    assert ("rejected", "upload.superseded") == (late.state, late.code)
    assert f"the rows of upload {first.id}, which this file corrects, are not" in str(late.detail)
    assert sorted([rest, *expected]) == shops.rows("sales")


def test_a_day_is_replaced(shops: Retail) -> None:
    week = shops.upload(
        "stock/week.csv",
        "day article pieces\n2026-11-26 A-1 5\n2026-11-26 A-2 6\n2026-11-27 A-1 4",
    )
    friday = shops.upload(
        "stock/friday.csv", "day article pieces\n2026-11-27 A-1 3\n2026-11-27 A-3 9"
    )
    assert (Changes(inserted=3), Changes(inserted=2, deleted=1)) == (week.changes, friday.changes)
    expected = [
        (week.id, 2, "2026-11-26 A-1 5"),
        (week.id, 3, "2026-11-26 A-2 6"),
        (friday.id, 2, "2026-11-27 A-1 3"),
        (friday.id, 3, "2026-11-27 A-3 9"),
    ]
    assert sorted(expected) == shops.rows("stock")


def test_the_whole_table_is_replaced_but_not_by_a_rejected_file(shops: Retail) -> None:
    first = shops.upload("prices/october.csv", "article price\nA-1 5.25\nA-2 6")
    second = shops.upload("prices/november.csv", "article price\nA-1 5.5\nA-3 1")
    assert Changes(inserted=2) == first.changes
    assert Changes(inserted=2, deleted=2) == second.changes
    rejected = shops.send("prices/december.csv", "<!doctype html>")
    assert "rejected" == rejected.state
    expected = [(second.id, 2, "A-1 5.5"), (second.id, 3, "A-3 1")]
    assert expected == shops.rows("prices")
    said = shops.cloud.csvgate("status", second.id).stdout
    assert "2 rows inserted, 0 updated, 2 removed" in said


def test_merged_files_that_arrive_out_of_order(shops: Retail) -> None:
    """The newest version of each customer wins, and one that was deleted does not come back."""
    head = "customer city state changed_at\n"
    first = shops.upload(
        "customers/wednesday.csv",
        head
        + "K-1 Bremen active 2026-11-25T10:00:00Z\nK-2 Celle active 2026-11-25T10:00:00Z\n"
        + "K-1 Kiel active 2026-11-25T11:00:00Z\nK-3 Ulm active 2026-11-25T12:00:00Z",
    )
    friday = shops.upload(
        "customers/friday.csv",
        head + "K-3 Ulm deleted 2026-11-27T10:00:00Z\nK-1 Emden active 2026-11-27T10:00:00Z",
    )
    late = shops.upload(
        "customers/thursday.csv",
        head
        + "K-1 Husum active 2026-11-26T10:00:00Z\nK-2 Peine active 2026-11-26T10:00:00Z\n"
        + "K-3 Aalen active 2026-11-26T10:00:00Z\nK-4 Trier active 2026-11-26T10:00:00Z",
    )
    assert Changes(inserted=3) == first.changes
    assert Changes(updated=1, deleted=1) == friday.changes
    assert Changes(inserted=1, updated=1) == late.changes
    expected = [
        (friday.id, 3, "K-1 Emden active 2026-11-27T10:00:00Z"),
        (late.id, 3, "K-2 Peine active 2026-11-26T10:00:00Z"),
        (late.id, 5, "K-4 Trier active 2026-11-26T10:00:00Z"),
    ]
    assert sorted(expected) == shops.rows("customers")


def test_a_key_of_the_table_is_refused_with_its_line_and_upload(shops: Retail) -> None:
    first = shops.upload("invoices/1.csv", "invoice total\nI-1 10\nI-2 20")
    file = shops.file("invoice total\nI-3 30\nI-2 20")
    done = shops.cloud.csvgate("upload", str(file), "--as", "invoices/2.csv", "--wait", check=False)
    assert 1 == done.returncode
    assert "rejected: retail.invoices has some of the keys of this file already" in done.stdout
    named = f"line 3: is in the table already: line 3 of upload {first.id}"
    said = shops.cloud.csvgate("status", "invoices/2.csv").stdout
    for text in (done.stdout, said):
        assert named in " ".join(text.split())
    assert [(first.id, 2, "I-1 10"), (first.id, 3, "I-2 20")] == shops.rows("invoices")
    second = shops.latest("invoices/2.csv")
    (email,) = eventually(lambda: emails(shops.cloud, second.id), "an email")
    assert named in email_text(shops.cloud, email["id"])


@dataclass(frozen=True)
class Story:
    table: str
    moment: Moment
    head: str
    first: str
    second: str
    """The file under whose effect the function is killed; it has the name of the first one."""
    kept: tuple[int, ...]
    """Lines of the first file that stay in the table."""
    came: tuple[int, ...]
    """Lines of the second file that are in the table in the end."""
    changes: Changes


STORIES = (
    # Running the statement again would add the rows again.
    Story(
        "sales",
        "after",
        "receipt shop amount",
        "R-21 Gera 1\nR-22 Gera 2",
        "R-21 Gera 3\nR-23 Gera 4\nR-24 Gera 5",
        (),
        (2, 3, 4),
        Changes(inserted=3, deleted=2),
    ),
    Story(
        "customers",
        "before",
        "customer city state changed_at",
        "K-21 Jena active 2026-11-25T10:00:00Z\nK-22 Suhl active 2026-11-25T10:00:00Z",
        "K-21 Gotha active 2026-11-26T10:00:00Z\nK-22 Suhl deleted 2026-11-26T10:00:00Z\n"
        "K-23 Worms active 2026-11-26T10:00:00Z",
        (),
        (2, 4),
        Changes(inserted=1, updated=1, deleted=1),
    ),
    # Running the statement again would find the keys of its own rows.
    Story(
        "invoices",
        "after",
        "invoice total",
        "I-21 1\nI-22 2",
        "I-23 3\nI-24 4",
        (2, 3),
        (2, 3),
        Changes(inserted=2),
    ),
)


@pytest.mark.timeout(200)
@pytest.mark.parametrize("story", STORIES, ids=lambda story: f"{story.table}-{story.moment}")
def test_sigkill_during_the_statement(shops: Retail, story: Story) -> None:
    """All rows are in the staging table; the statement has not begun, or its answer is lost."""
    name = f"{story.table}/killed.csv"
    first = shops.upload(name, f"{story.head}\n{story.first}")
    old = shops.rows(story.table)
    file = shops.file(f"{story.head}\n{story.second}")
    shops.jobs.answers.clear()
    with watched(shops, story.table) as seen, ThreadPoolExecutor(1) as pool:
        with shops.jobs.hold(story.moment) as held:
            sent = pool.submit(shops.cloud.csvgate, "upload", str(file), f"--as={name}", "--wait")
            assert held.wait(60), "no job was started"
            between, status = shops.rows(story.table), shops.latest(name)
            os.killpg(shops.cloud.pids["enrich_records"], signal.SIGKILL)
        said = sent.result().stdout
    assert "committing" == status.state
    assert f"inserted, {story.changes.updated} updated, {story.changes.deleted} removed" in said
    status = shops.latest(name)
    assert ("completed", story.changes) == (status.state, status.changes)
    new = sorted(
        [
            *(row for row in old if row[0] != first.id),
            *lines(first.id, story.first, story.kept),
            *lines(status.id, story.second, story.came),
        ]
    )
    assert new == shops.rows(story.table)
    assert (new if story.moment == "after" else old) == between
    assert [] == [rows for rows in seen if rows not in (old, new)]
    ids, answers = zip(*shops.jobs.answers, strict=True)
    assert 1 == len(set(ids)), "the job has one id"
    assert [200] == [answer for answer in answers if answer not in (None, 409)]
    assert len(answers) > 1, "another delivery started the job again"


def lines(upload: str, text: str, wanted: tuple[int, ...]) -> list[Row]:
    """The rows of a file without its head, whose line is the first."""
    return [(upload, line, text.splitlines()[line - 2]) for line in wanted]


@contextmanager
def watched(shops: Retail, table: str) -> Iterator[list[list[Row]]]:
    """Read the table again and again, as somebody who queries it."""
    seen, ended = list[list[Row]](), threading.Event()

    def read() -> None:
        while not ended.wait(0.1):
            seen.append(shops.rows(table))

    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(read)
        try:
            yield seen
        finally:
            ended.set()
            reading.result()


def test_everything_adds_up_in_the_end(shops: Retail) -> None:
    assert "no discrepancies" in shops.cloud.csvgate("reconcile").stdout
