"""Accounts for every line of every upload, and reports what is wrong."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.request import urlopen

from chaos.traffic import Sent
from csvgate.gcp.storage import GcsObjectStore
from csvgate.protocol.ledger.ledger import Ledger
from csvgate.protocol.ledger.paths import EMAIL_CLAIM, EMAIL_SENT, FINISHED, UPLOADS
from csvgate_ops.operate.uploads import UploadStatus, status
from e2e.uploads import reject_lines
from local_cloud import LocalCloud


def ledger_of(cloud: LocalCloud) -> Ledger:
    """Return the ledger. Call it inside `variables(cloud.environment)`."""
    return Ledger(GcsObjectStore(cloud.project), cloud.endpoints["buckets"]["ledger"])


def ended(ledger: Ledger, sent: list[Sent]) -> set[str]:
    """Return the ids of the uploads whose outcome was published and emailed."""
    finished, emailed = set(), set()
    for name in ledger.names(UPLOADS):
        if parts := FINISHED.parse(name):
            finished.add(parts["upload"])
        elif (parts := EMAIL_SENT.parse(name)) and not parts["end"].startswith("failed."):
            emailed.add(parts["upload"])
    return finished & emailed & {one.upload.id for one in sent}


def table(cloud: LocalCloud, upload_id: str) -> list[tuple[int, str]]:
    """Return line and order_id of every row of the upload in BigQuery."""
    names = [t.table_id for t in cloud.bigquery.list_tables("sales")]
    if "orders" not in names:
        return []
    sql = f"SELECT _line, order_id FROM `sales.orders` WHERE _upload_id = '{upload_id}'"
    rows = cloud.bigquery.query(sql).result()
    return [(int(row["_line"]), str(row["order_id"])) for row in rows]


def rows_in_table(cloud: LocalCloud) -> int:
    """Return the number of rows of all uploads."""
    (row,) = cloud.bigquery.query("SELECT COUNT(*) AS n FROM `sales.orders`").result()
    return int(row["n"])


@dataclass(frozen=True, slots=True)
class Account:
    """Everything about one upload after the cloud has drained."""

    sent: Sent
    status: UploadStatus
    loaded: list[tuple[int, str]]
    rejected: list[int]
    emails: Counter[str]
    """Emails received, by outcome."""
    sends: Counter[str]
    """Claims in the ledger, by outcome; a crash during sending causes another one."""

    def problems(self) -> Iterator[str]:
        """Yield one line for each broken promise."""
        sample = self.sent.sample
        found = Counter(line for line, _ in self.loaded) + Counter(self.rejected)
        if doubled := sorted(line for line, n in found.items() if n > 1):
            yield f"doubled: lines {doubled[:5]} (of {len(doubled)})"
        if lost := sorted((set(sample.keys) | sample.faulty) - set(found)):
            yield f"lost: lines {lost[:5]} (of {len(lost)})"
        if unexpected := sorted(set(found) - set(sample.keys) - sample.faulty):
            yield f"unexpected: lines {unexpected[:5]} (of {len(unexpected)})"
        if sample.faulty != set(self.rejected):
            yield "the reject file does not have exactly the faulty lines"
        if mixed := [pair for pair in self.loaded if sample.keys.get(pair[0]) != pair[1]]:
            yield f"rows with the content of another line: {mixed[:5]} (of {len(mixed)})"
        yield from self._end()
        yield from self._emails()

    def _end(self) -> Iterator[str]:
        if self.status.state != self.sent.sample.end:
            yield f"stuck: {self.status.state}, not {self.sent.sample.end}: {self.status.timeline}"
            return
        counts = self.status.counts
        read = len(self.sent.sample.keys) + len(self.sent.sample.faulty)
        if counts is None or (self.status.state, counts.read) == ("completed", not read):
            yield f"counts: {counts}, not {read} rows"
        elif self.status.state == "completed":
            reported = (counts.read, counts.valid, counts.rejected)
            if reported != (read, len(self.loaded), len(self.rejected)):
                yield f"counts: {reported}; {read} = {len(self.loaded)} + {len(self.rejected)} rows"

    def _emails(self) -> Iterator[str]:
        """Check that one email was sent per claim; a crash during sending may add a claim."""
        for outcome, number in self.emails.items():
            if number > max(1, self.sends[outcome]):
                yield f"{number} emails about {outcome}, but {self.sends[outcome]} claims"
        if not self.emails[self.sent.sample.end]:
            yield f"no email about {self.sent.sample.end}"


def account(cloud: LocalCloud, ledger: Ledger, sent: Sent) -> Account:
    found = status(ledger, sent.upload.id)
    claims = ledger.find(EMAIL_CLAIM, upload=sent.upload.id)
    return Account(
        sent=sent,
        status=found,
        loaded=table(cloud, sent.upload.id),
        rejected=reject_lines(cloud, {"rejects": found.rejects}),
        emails=_emails(cloud, sent.upload.id),
        sends=Counter(parts["end"].partition(".")[0] for parts in claims),
    )


def _emails(cloud: LocalCloud, upload_id: str) -> Counter[str]:
    address = f"{cloud.endpoints['mailbox']}/emails.json?upload_id={upload_id}"
    with urlopen(address, timeout=10) as answer:  # noqa: S310 - our own loopback
        return Counter(email["custom_args"]["outcome"] for email in json.load(answer))
