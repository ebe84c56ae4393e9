"""Jobs with ids of our own: what is asked of BigQuery, and what its answers mean."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from google.api_core import exceptions as api_exceptions
from google.cloud import bigquery

from csvgate.effects.model import Delete, Effect, Job, JobResult, Merge, Target
from csvgate.gcp.effect_jobs import EffectJobs, failure
from csvgate.gcp.effect_tables import EffectTables
from csvgate.gcp.pacing import Pace
from csvgate.runtime.errors import Permanent, Transient
from unit.effects.statements import effect, staged, statements

api: Any = api_exceptions  # their constructors have no types
JOB = Job(id="csvgate-effect-0a1b", location="europe-west3")
DELETE = Delete(upload="u1", range=None)


@dataclass
class Client:
    """Records calls; `answers` are the results or errors of each method, in order."""

    answers: dict[str, list[Any]] = field(default_factory=dict)
    asked: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = field(default_factory=list)
    project: str = "acme-eu"

    def __getattr__(self, method: str) -> Any:
        def call(*given: Any, **named: Any) -> Any:
            self.asked.append((method, given, named))
            answer = self.answers[method].pop(0) if self.answers.get(method) else None
            if isinstance(answer, Exception):
                raise answer
            return answer

        return call

    @property
    def methods(self) -> list[str]:
        return [method for method, _, _ in self.asked]


def jobs(client: Client, pauses: list[float] | None = None) -> EffectJobs:
    taken: list[float] = [] if pauses is None else pauses
    clock, stand_in = (lambda: sum(taken)), client
    untyped: Any = stand_in
    pace = Pace(60, clock=clock, sleep=taken.append)
    return EffectJobs(untyped, EffectTables(untyped), pace, clock=clock, sleep=taken.append)


def ended(**given: Any) -> SimpleNamespace:
    defaults: dict[str, Any] = {
        "state": "DONE",
        "error_result": None,
        "statement_type": "DELETE",
        "dml_stats": stats(),
        "total_bytes_processed": 4096,
    }
    return SimpleNamespace(**{**defaults, **given})


def stats(inserted: int = 0, updated: int = 0, deleted: int = 0) -> SimpleNamespace:
    return SimpleNamespace(
        inserted_row_count=inserted, updated_row_count=updated, deleted_row_count=deleted
    )


class TestStart:
    def test_the_id_and_the_location_are_ours(self) -> None:
        client = Client()
        jobs(client).start(JOB, effect(DELETE))
        [(method, (text,), named)] = client.asked
        assert method == "query"
        assert text.startswith("DELETE FROM `acme-eu`.`crm`.`customers`")
        assert (named["job_id"], named["location"]) == (JOB.id, JOB.location)
        assert named["job_retry"] is None, "the library would take another id"
        sent = named["job_config"].to_api_repr()["query"]
        assert sent["useQueryCache"] is False
        assert [each["parameterValue"] for each in sent["queryParameters"]] == [{"value": "u1"}]

    def test_an_id_that_exists_is_a_success(self) -> None:
        client = Client({"query": [api.Conflict("Already Exists: Job")]})
        jobs(client).start(JOB, effect(DELETE))
        assert client.methods == ["query"]

    def test_a_quota_is_waited_out_with_the_same_id(self) -> None:
        pauses: list[float] = []
        quota = api.Forbidden("x", errors=[{"reason": "rateLimitExceeded"}])
        client = Client({"query": [quota, quota]})
        jobs(client, pauses).start(JOB, effect(DELETE))
        assert len(pauses) == 2
        assert {named["job_id"] for _, _, named in client.asked} == {JOB.id}

    @pytest.mark.parametrize(
        ("error", "raised"),
        [
            (api.ServiceUnavailable("x"), Transient),
            (api.Forbidden("x"), Transient),
            (api.NotFound("Not found: Dataset"), Transient),
            (api.BadRequest("Syntax error"), Permanent),
        ],
    )
    def test_errors_are_translated(self, error: Exception, raised: type[Exception]) -> None:
        with pytest.raises(raised, match=r"bigquery\.\w+: .*csvgate-effect-0a1b in europe-west3"):
            jobs(Client({"query": [error]})).start(JOB, effect(DELETE))


class TestResult:
    def test_the_job_is_found_by_its_location(self) -> None:
        done = ended(dml_stats=stats(1, 2, 3))
        client = Client({"get_job": [done]})
        assert jobs(client).result(JOB, 0) == JobResult(
            state="done", inserted=1, updated=2, deleted=3, bytes_scanned=4096
        )
        [(_, (job_id,), named)] = client.asked
        assert (job_id, named["location"]) == (JOB.id, JOB.location)

    def test_a_job_that_does_not_exist(self) -> None:
        assert jobs(Client({"get_job": [api.NotFound("Not found: Job")]})).result(JOB, 60) is None

    def test_a_running_job_is_looked_at_with_growing_pauses(self) -> None:
        pauses: list[float] = []
        running = [SimpleNamespace(state="RUNNING")] * 100
        client = Client({"get_job": running})
        assert jobs(client, pauses).result(JOB, 20) == JobResult(state="running")
        assert pauses == [0.25, 0.5, 1, 2, 4, 4, 4, 4, 0.25]
        assert len(client.asked) == 10

    def test_it_is_looked_at_once_without_waiting(self) -> None:
        client = Client({"get_job": [SimpleNamespace(state="PENDING")]})
        assert jobs(client).result(JOB, 0) == JobResult(state="running")

    def test_a_script_counts_the_statement_that_changed_the_target(self) -> None:
        """The newest child comes first; that of the tombstones is later, and BEGIN counts
        nothing."""
        at = [datetime(2026, 11, 21, 8, 0, second, tzinfo=UTC) for second in range(3)]
        children = [
            SimpleNamespace(created=at[2], dml_stats=stats(9)),
            SimpleNamespace(created=at[1], dml_stats=stats(1, 2, 3)),
            SimpleNamespace(created=at[0], dml_stats=None),
        ]
        script = ended(statement_type="SCRIPT", dml_stats=None)
        client = Client({"get_job": [script], "list_jobs": [children]})
        result = jobs(client).result(JOB, 0)
        assert result is not None
        assert (result.inserted, result.updated, result.deleted) == (1, 2, 3)
        assert client.asked[-1][2]["parent_job"] == JOB.id

    def test_a_statement_that_changes_no_rows(self) -> None:
        nothing = ended(statement_type="SELECT", dml_stats=None, total_bytes_processed=None)
        assert jobs(Client({"get_job": [nothing]})).result(JOB, 0) == JobResult(state="done")


SECRET = "Bad int64 value: DE89370400440532013000"


@pytest.mark.parametrize(
    ("reason", "message", "again"),
    [
        ("backendError", "Error encountered during execution. Retrying may solve it.", True),
        ("internalError", "", True),
        ("jobRateLimitExceeded", "", True),
        ("quotaExceeded", "Quota exceeded: too many table dml insert operations", True),
        ("accessDenied", "Access Denied: Table: User does not have permission", True),
        (
            "invalidQuery",
            "Could not serialize access to table a:b.c due to concurrent update",
            True,
        ),
        ("invalidQuery", "Transaction is aborted due to concurrent update against table c", True),
        (
            "resourcesExceeded",
            "Too many DML statements outstanding against table c, limit 20",
            True,
        ),
        ("resourcesExceeded", "Resources exceeded during query execution", False),
        ("invalidQuery", "Unrecognized name: sttae at [4:2]", False),
        ("invalidQuery", SECRET, False),
        ("notFound", "Not found: Table acme-eu:crm.csvgate_staging_u2_1", False),
        ("stopped", "Job execution was cancelled", False),
    ],
)
def test_failures(reason: str, message: str, again: bool) -> None:
    result = failure(JOB, {"reason": reason, "message": message, "location": "query"})
    assert (result.state, result.again) == ("failed", again)
    assert reason in result.reason
    assert f"--location={JOB.location} {JOB.id}" in result.reason
    assert "DE8937" not in result.reason


def test_a_failure_without_words() -> None:
    assert failure(JOB, {}).again is False


class TestConflicts:
    def test_each_query_has_an_id_of_its_own(self) -> None:
        unique = effect(statements(staged())["insert_unique"])
        row = {"line": 3, "key": 1, "upload": "u0", "there": 7}
        client = Client({"query": [Rows([row]), Rows([])]})
        [found] = jobs(client).conflicts(unique, 20)
        assert (found.line, found.columns, found.upload, found.there) == (
            3,
            ("day", "changed"),
            "u0",
            7,
        )
        assert jobs(client).conflicts(unique, 20) == []
        first, second = (named["job_id"] for _, _, named in client.asked)
        assert first != second

    def test_a_table_that_is_gone_has_no_conflicts(self) -> None:
        """A staging table expires, and nobody can say then which keys were in conflict."""
        unique = effect(statements(staged())["insert_unique"])
        client = Client({"query": [api.NotFound("the table")], "get_table": [api.NotFound("it")]})
        assert jobs(client).conflicts(unique, 20) == []
        there = [object(), object()]
        client = Client({"query": [api.NotFound("the job")], "get_table": there})
        with pytest.raises(Transient):
            jobs(client).conflicts(unique, 20)

    @pytest.mark.parametrize("kind", ["insert", "insert_unique"])
    def test_effects_without_conflicts_ask_nothing(self, kind: str) -> None:
        client = Client()
        assert jobs(client).conflicts(effect(statements(staged(rows=0))[kind]), 20) == []
        assert client.asked == []


@dataclass
class Rows:
    rows: list[dict[str, Any]]

    def result(self, **named: Any) -> Iterator[dict[str, Any]]:
        assert named["job_retry"] is None
        return iter(self.rows)


class TestTombstones:
    def merge(self, days: int = 30) -> Effect:
        merge = statements(staged())["merge_with_tombstones"]
        return effect(merge.model_copy(update={"lateness_days": days}))

    def tables(self) -> list[Any]:
        """The table of tombstones does not exist, and the staging table has all columns."""
        fields = [
            bigquery.SchemaField("customer", "STRING", mode="REQUIRED", max_length=40),
            bigquery.SchemaField("day", "DATE"),
            bigquery.SchemaField("changed", "NUMERIC", precision=12, scale=2),
            bigquery.SchemaField("other", "STRING"),
            bigquery.SchemaField("_upload_id", "STRING", mode="REQUIRED"),
            bigquery.SchemaField("_line", "INTEGER", mode="REQUIRED"),
            bigquery.SchemaField("_ingested_at", "TIMESTAMP", mode="REQUIRED"),
        ]
        return [api.NotFound("Not found: Table"), SimpleNamespace(schema=fields)]

    def test_the_table_is_created_once(self) -> None:
        client = Client({"get_table": self.tables()})
        running = jobs(client)
        running.start(JOB, self.merge())
        running.start(JOB, self.merge())
        assert client.methods == ["get_table", "get_table", "create_table", "query", "query"]
        [table] = client.asked[2][1]
        assert [(field.name, field.field_type) for field in table.schema] == [
            ("customer", "STRING"),
            ("day", "DATE"),
            ("changed", "NUMERIC"),
            ("_upload_id", "STRING"),
            ("_ingested_at", "TIMESTAMP"),
            ("_csvgate_removed_at", "TIMESTAMP"),
        ]
        assert table.time_partitioning.field == "_csvgate_removed_at"
        # A row of the evening would otherwise be kept a day less.
        assert table.time_partitioning.expiration_ms == 31 * 86_400_000

    def test_a_table_that_was_dropped_is_created_again_after_the_failure(self) -> None:
        failed = ended(error_result={"reason": "notFound"})
        client = Client({"get_table": self.tables() * 2, "get_job": [failed]})
        running = jobs(client)
        running.start(JOB, self.merge())
        assert running.result(JOB, 0) == failure(JOB, {"reason": "notFound"})
        running.start(JOB, self.merge())
        assert client.methods.count("create_table") == 2

    def test_a_table_that_keeps_too_little_is_for_an_operator_to_alter(self) -> None:
        found = bigquery.Table("acme-eu.crm.csvgate_tombstones_customers")
        found.time_partitioning = bigquery.TimePartitioning(expiration_ms=31 * 86_400_000)
        client = Client({"get_table": [found, found]})
        running = jobs(client)
        with pytest.raises(
            Permanent, match=r"partition_expiration_days=61\), then replay"
        ) as caught:
            running.start(JOB, self.merge(60))
        assert (caught.value.code, client.methods) == ("table.contradicts", ["get_table"])
        running.start(JOB, self.merge(7))
        assert client.methods == ["get_table", "get_table", "query"]

    def test_without_a_staging_table_the_job_says_so(self) -> None:
        client = Client({"get_table": [api.NotFound("x"), api.NotFound("x")]})
        jobs(client).start(JOB, self.merge())
        assert client.methods == ["get_table", "get_table", "query"]

    def test_a_merge_without_removals_needs_none(self) -> None:
        client = Client()
        statement = statements(staged())["merge"]
        assert isinstance(statement, Merge)
        jobs(client).start(
            JOB, Effect(target=Target(dataset="d", table="t", location="EU"), statement=statement)
        )
        assert client.methods == ["query"]
