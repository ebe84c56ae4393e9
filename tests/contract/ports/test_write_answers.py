"""Handling of answers of the Storage Write API that are documented, but bqemulator never gives."""

from collections.abc import Iterator
from typing import Any

import grpc
import pyarrow as pa
import pytest
from google.cloud.bigquery_storage_v1 import types

from contract.ports.scripted_write import Answer, Codes, Script, accepted, error, serving
from csvgate.gcp.write_api.streams import PendingStreams
from csvgate.runtime.errors import Failure, Permanent, Transient

PARENT = "projects/p/datasets/sales/tables/orders"
STREAM = f"{PARENT}/streams/one"
SCHEMA = pa.schema([("n", pa.int64())])
BATCHES = [(n, pa.record_batch([pa.array([n])], schema=SCHEMA)) for n in range(6)]
EXISTS: Answer = error(grpc.StatusCode.ALREADY_EXISTS, Codes.OFFSET_ALREADY_EXISTS)
ABORTED: Answer = error(grpc.StatusCode.ABORTED, words="because of prior failures")


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def streams(script: Script) -> Iterator[PendingStreams]:
    with serving(script) as host:
        yield PendingStreams("p", host=host, budget=0.5)


def append_failing(script: Script, streams: PendingStreams, answer: Answer) -> Failure:
    script.append = lambda _, __: answer
    with pytest.raises(Failure) as caught:
        streams.append(STREAM, SCHEMA, BATCHES)
    return caught.value


class TestAppend:
    def test_the_schema_and_the_stream_are_named_first(
        self, script: Script, streams: PendingStreams
    ) -> None:
        streams.append(STREAM, SCHEMA, BATCHES)
        assert script.sent == [[0, 1, 2, 3, 4, 5]]
        assert {request.write_stream for request in script.requests} == {STREAM}
        schemas = [
            bool(request.arrow_rows.writer_schema.serialized_schema) for request in script.requests
        ]
        assert schemas == [True, False, False, False, False, False]

    def test_what_is_aborted_behind_an_offset_that_exists_is_sent_again(
        self, script: Script, streams: PendingStreams
    ) -> None:
        there = {0, 1, 2}

        def answer(_: int, offset: int) -> Answer:
            if offset in there:
                return EXISTS
            # Fails after the rows that existed, as the documentation of ABORTED allows.
            return ABORTED if 0 in script.sent[-1] else accepted(offset)

        script.append = answer
        streams.append(STREAM, SCHEMA, BATCHES)
        assert len(script.sent) == 2
        assert script.sent[1] == [3, 4, 5]

    @pytest.mark.parametrize("end", [None, ValueError("goaway")])
    def test_a_connection_that_ends_is_replaced_after_progress(
        self, script: Script, streams: PendingStreams, end: Answer
    ) -> None:
        script.append = lambda n, offset: accepted(offset) if len(script.sent[n]) <= 2 else end
        streams.append(STREAM, SCHEMA, BATCHES)
        assert [sent[:2] for sent in script.sent] == [[0, 1], [2, 3], [4, 5]]

    @pytest.mark.parametrize("end", [None, ValueError("goaway"), ABORTED])
    def test_without_progress_the_platform_retries(
        self, script: Script, streams: PendingStreams, end: Answer
    ) -> None:
        failure = append_failing(script, streams, end)
        assert (type(failure), failure.code) == (Transient, "append.broken")
        assert len(script.sent) == 1

    def test_a_finalized_stream_with_all_rows(
        self, script: Script, streams: PendingStreams
    ) -> None:
        script.rows = 6
        closed = error(grpc.StatusCode.INVALID_ARGUMENT, Codes.STREAM_FINALIZED)
        script.append = lambda _, __: closed
        streams.append(STREAM, SCHEMA, BATCHES)

    def test_a_finalized_stream_with_too_few(self, script: Script, streams: PendingStreams) -> None:
        script.rows = 5
        closed = error(grpc.StatusCode.INVALID_ARGUMENT, Codes.STREAM_FINALIZED)
        failure = append_failing(script, streams, closed)
        assert (type(failure), failure.code) == (Permanent, "stream.short")

    @pytest.mark.parametrize(
        ("status", "own", "kind", "code"),
        [
            ("OUT_OF_RANGE", "OFFSET_OUT_OF_RANGE", Transient, "append.gap"),
            ("INVALID_ARGUMENT", "SCHEMA_MISMATCH_EXTRA_FIELDS", Transient, "table.schema"),
            ("INVALID_ARGUMENT", None, Permanent, "bigquery.refused"),
            ("NOT_FOUND", "STREAM_NOT_FOUND", Permanent, "stream.gone"),
            ("NOT_FOUND", None, Permanent, "stream.gone"),
            ("PERMISSION_DENIED", None, Transient, "bigquery.forbidden"),
            ("RESOURCE_EXHAUSTED", None, Transient, "bigquery.throttled"),
            ("DEADLINE_EXCEEDED", None, Transient, "bigquery.unavailable"),
        ],
    )
    def test_each_error_has_a_code(
        self,
        script: Script,
        streams: PendingStreams,
        status: str,
        own: str | None,
        kind: type[Failure],
        code: str,
    ) -> None:
        answer = error(grpc.StatusCode[status], Codes[own] if own else None, "because")
        failure = append_failing(script, streams, answer)
        assert (type(failure), failure.code) == (kind, code)
        assert "because" in failure.message
        assert STREAM in failure.message

    def test_refused_rows_are_named(self, script: Script, streams: PendingStreams) -> None:
        wrong = types.RowError(
            index=0, code=types.RowError.RowErrorCode.FIELDS_ERROR, message="Field n is null"
        )
        script.append = lambda _, offset: (
            types.AppendRowsResponse(
                error={"code": grpc.StatusCode.INVALID_ARGUMENT.value[0]}, row_errors=[wrong]
            )
            if offset == 4
            else accepted(offset)
        )
        with pytest.raises(Permanent) as caught:
            streams.append(STREAM, SCHEMA, BATCHES)
        assert caught.value.code == "rows.refused"
        assert "row 4 FIELDS_ERROR Field n is null" in caught.value.message


class TestCommit:
    def refuse(self, script: Script, **codes: Any) -> None:
        script.commit = types.BatchCommitWriteStreamsResponse(
            stream_errors=[
                types.StorageError(code=code, entity=entity) for entity, code in codes.items()
            ]
        )

    def test_every_stream_was_committed(self, script: Script, streams: PendingStreams) -> None:
        self.refuse(script, a=Codes.STREAM_ALREADY_COMMITTED, b=Codes.STREAM_ALREADY_COMMITTED)
        streams.commit(PARENT, ["a", "b"])

    def test_the_service_may_name_only_one(self, script: Script, streams: PendingStreams) -> None:
        self.refuse(script, a=Codes.STREAM_ALREADY_COMMITTED)
        script.committed = {"a", "b"}
        streams.commit(PARENT, ["a", "b"])

    def test_some_were_and_some_were_not(self, script: Script, streams: PendingStreams) -> None:
        self.refuse(script, a=Codes.STREAM_ALREADY_COMMITTED)
        with pytest.raises(Transient, match=r"commit\.contradictory.*not b"):
            streams.commit(PARENT, ["a", "b"])

    @pytest.mark.parametrize(
        ("own", "kind", "code"),
        [
            ("STREAM_NOT_FOUND", Permanent, "stream.gone"),
            ("INVALID_STREAM_STATE", Transient, "commit.refused"),
            ("INVALID_STREAM_TYPE", Permanent, "commit.refused"),
            ("KMS_SERVICE_ERROR", Transient, "commit.refused"),
        ],
    )
    def test_each_error_has_a_code(
        self,
        script: Script,
        streams: PendingStreams,
        own: str,
        kind: type[Failure],
        code: str,
    ) -> None:
        self.refuse(script, b=Codes[own])
        with pytest.raises(Failure) as caught:
            streams.commit(PARENT, ["a", "b"])
        assert (type(caught.value), caught.value.code) == (kind, code)

    def test_an_empty_answer_is_no_success(self, script: Script, streams: PendingStreams) -> None:
        with pytest.raises(Transient, match=r"commit\.refused"):
            streams.commit(PARENT, ["a"])
