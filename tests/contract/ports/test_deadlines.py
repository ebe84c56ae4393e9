"""No call of an adapter outlives its function, and retries have jitter."""

from itertools import islice
from typing import Any

import pytest
from google.api_core.retry import exponential_sleep_generator
from google.auth.credentials import AnonymousCredentials

from csvgate.gcp.bigquery import BigQueryWarehouse
from csvgate.gcp.count_rows import QUERY_SECONDS
from csvgate.gcp.mail import SendGridMailer
from csvgate.gcp.pubsub import PubSubPublisher
from csvgate.gcp.storage import GcsObjectStore
from csvgate.gcp.tables import Tables
from csvgate.gcp.write_api.altered_tables import WAIT_SECONDS
from csvgate.gcp.write_api.streams import PACE_SECONDS, WriteStreams
from csvgate.ports import Column, TableSpec
from csvgate_ops.deploy.topology.load import load
from notification.send_once import LEASE
from world import ROOT

CREDENTIALS = AnonymousCredentials()  # type: ignore[no-untyped-call]  # untyped there
STORAGE = GcsObjectStore("p", credentials=CREDENTIALS)._call
PUBSUB = PubSubPublisher("p", credentials=CREDENTIALS)._call
TABLES = Tables("p", credentials=CREDENTIALS)._call
STREAMS = WriteStreams("p", credentials=CREDENTIALS)
COUNT = BigQueryWarehouse("p", credentials=CREDENTIALS)._counter._call
CALLS: dict[str, dict[str, Any]] = {
    "storage": STORAGE,
    "publish": PUBSUB,
    "tables": TABLES,
    "streams": STREAMS._call,
    "commit": STREAMS._commit_call,
    "count": COUNT,
}
PACED = {
    "streams": PACE_SECONDS + WAIT_SECONDS,
    "commit": PACE_SECONDS,
    "count": PACE_SECONDS + QUERY_SECONDS,
}
"""Seconds that a call may take besides its last retries: for a quota, for a query, and until an
altered table is known."""
USERS = {
    "storage": ("validate_and_parse", "enrich_records", "notify_stakeholders"),
    "publish": ("validate_and_parse", "enrich_records", "notify_stakeholders"),
    "tables": ("enrich_records",),
    "streams": ("enrich_records",),
    "commit": ("enrich_records",),
    "count": ("enrich_records",),
}


def one_try(call: dict[str, Any]) -> float:
    """The longest that a call takes if its last try starts just before the retry deadline."""
    timeout = call["timeout"]
    if isinstance(timeout, tuple):  # to connect, and between two bytes of the answer
        return float(sum(timeout))
    return float(getattr(timeout, "_timeout", timeout))


@pytest.mark.parametrize("name", CALLS)
def test_a_call_ends_before_its_function_does(name: str) -> None:
    functions = load(ROOT / "deploy" / "topology.yaml").functions
    call = CALLS[name]
    longest = call["retry"].timeout + one_try(call) + PACED.get(name, 0)
    assert all(longest < functions[user].timeout for user in USERS[name])


@pytest.mark.parametrize("name", CALLS)
def test_retries_have_jitter(name: str) -> None:
    retry = CALLS[name]["retry"]
    delays = [
        tuple(islice(exponential_sleep_generator(retry._initial, retry._maximum), 5))
        for _ in range(10)
    ]
    assert 10 == len(set(delays))


def test_an_email_is_sent_within_its_lease() -> None:
    """The lease also has to last for the entries of the ledger before and after the send."""
    assert 3 * SendGridMailer("key")._deadline <= LEASE.total_seconds()


def test_a_table_that_fitted_is_looked_at_again_after_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now, looked = [0.0], []
    tables = Tables("p", credentials=CREDENTIALS, clock=lambda: now[0])
    spec = TableSpec("d", "t", (Column("a", "STRING"),))

    class Client:
        project = "p"

        def get_table(self, *_: Any, **__: Any) -> Any:
            from google.cloud import bigquery

            looked.append(now[0])
            return bigquery.Table("p.d.t", schema=[bigquery.SchemaField("a", "STRING")])

    monkeypatch.setattr(tables, "client", Client())
    for moment in (0.0, 299.0, 300.0, 599.0, 601.0):
        now[0] = moment
        tables.ensure(spec)
    assert [0.0, 300.0, 601.0] == looked
