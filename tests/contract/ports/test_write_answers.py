"""Handling of answers of the Storage Write API that are documented, but bqemulator never gives."""

from collections.abc import Callable, Iterator
from typing import Any

import grpc
import pyarrow as pa
import pytest
from google.cloud.bigquery_storage_v1 import types

from contract.ports.scripted_write import Answer, Codes, Script, accepted, error, serving
from csvgate.gcp.pacing import Pace
from csvgate.gcp.write_api.altered_tables import AlteredTables
from csvgate.gcp.write_api.streams import WriteStreams
from csvgate.ports import StreamCommitted, StreamGone, StreamShort
from csvgate.runtime.errors import Failure, Permanent, Transient

PARENT = "projects/p/datasets/sales/tables/orders"
STREAM = f"{PARENT}/streams/one"
SCHEMA = pa.schema([("n", pa.int64())])
BATCHES = [(n, pa.record_batch([pa.array([n])], schema=SCHEMA)) for n in range(6)]
EXISTS: Answer = error(grpc.StatusCode.ALREADY_EXISTS, Codes.OFFSET_ALREADY_EXISTS)
UNCLEAR = [
    ("NOT_FOUND", "STREAM_NOT_FOUND"),
    ("NOT_FOUND", "TABLE_NOT_FOUND"),
    ("NOT_FOUND", None),
    ("FAILED_PRECONDITION", None),
    ("INVALID_ARGUMENT", "INVALID_STREAM_STATE"),
]
"""A status and a storage error that leave open what has become of a stream."""
ABORTED: Answer = error(grpc.StatusCode.ABORTED, words="because of prior failures")


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def pauses() -> list[float]:
    """The pauses for exhausted quotas, in seconds; none of them is slept."""
    return []


@pytest.fixture
def streams(script: Script, pauses: list[float]) -> Iterator[WriteStreams]:
    pace = Pace(60, clock=lambda: sum(pauses), sleep=pauses.append)
    altered = AlteredTables(sleep=lambda _seconds: None)
    with serving(script) as host:
        yield WriteStreams("p", host=host, budget=0.5, pace=pace, altered=altered)


def append_failing(script: Script, streams: WriteStreams, answer: Answer) -> Failure:
    script.append = lambda _, __: answer
    with pytest.raises(Failure) as caught:
        streams.append(STREAM, SCHEMA, BATCHES)
    return caught.value


class TestAppend:
    def test_the_schema_and_the_stream_are_named_first(
        self, script: Script, streams: WriteStreams
    ) -> None:
        streams.append(STREAM, SCHEMA, BATCHES)
        assert script.sent == [[0, 1, 2, 3, 4, 5]]
        assert {request.write_stream for request in script.requests} == {STREAM}
        schemas = [
            bool(request.arrow_rows.writer_schema.serialized_schema) for request in script.requests
        ]
        assert schemas == [True, False, False, False, False, False]

    def test_what_is_aborted_behind_an_offset_that_exists_is_sent_again(
        self, script: Script, streams: WriteStreams
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
        self, script: Script, streams: WriteStreams, end: Answer
    ) -> None:
        script.append = lambda n, offset: accepted(offset) if len(script.sent[n]) <= 2 else end
        streams.append(STREAM, SCHEMA, BATCHES)
        assert [sent[:2] for sent in script.sent] == [[0, 1], [2, 3], [4, 5]]

    @pytest.mark.parametrize("end", [None, ValueError("goaway"), ABORTED])
    def test_without_progress_the_platform_retries(
        self, script: Script, streams: WriteStreams, end: Answer
    ) -> None:
        failure = append_failing(script, streams, end)
        assert (type(failure), failure.code) == (Transient, "append.broken")
        assert len(script.sent) == 1

    def test_a_finalized_stream_with_all_rows(self, script: Script, streams: WriteStreams) -> None:
        script.rows = 6
        closed = error(grpc.StatusCode.INVALID_ARGUMENT, Codes.STREAM_FINALIZED)
        script.append = lambda _, __: closed
        streams.append(STREAM, SCHEMA, BATCHES)

    def test_a_finalized_stream_with_too_few(self, script: Script, streams: WriteStreams) -> None:
        script.rows = 5
        closed = error(grpc.StatusCode.INVALID_ARGUMENT, Codes.STREAM_FINALIZED)
        failure = append_failing(script, streams, closed)
        assert (type(failure), failure.code) == (StreamShort, "stream.short")

    @pytest.mark.parametrize(
        ("status", "own", "kind", "code"),
        [
            ("OUT_OF_RANGE", "OFFSET_OUT_OF_RANGE", Transient, "append.gap"),
            ("INVALID_ARGUMENT", "SCHEMA_MISMATCH_EXTRA_FIELDS", Transient, "table.schema"),
            ("INVALID_ARGUMENT", None, Permanent, "bigquery.refused"),
            ("NOT_FOUND", "STREAM_NOT_FOUND", Transient, "stream.unclear"),
            ("NOT_FOUND", "TABLE_NOT_FOUND", Transient, "stream.unclear"),
            ("NOT_FOUND", None, Transient, "stream.unclear"),
            ("FAILED_PRECONDITION", None, Transient, "stream.unclear"),
            ("INVALID_ARGUMENT", "INVALID_STREAM_STATE", Transient, "stream.unclear"),
            ("INVALID_ARGUMENT", "STREAM_ALREADY_COMMITTED", StreamCommitted, "stream.committed"),
            ("PERMISSION_DENIED", None, Transient, "bigquery.forbidden"),
            ("RESOURCE_EXHAUSTED", None, Transient, "bigquery.throttled"),
            ("DEADLINE_EXCEEDED", None, Transient, "bigquery.unavailable"),
        ],
    )
    def test_each_error_has_a_code(
        self,
        script: Script,
        streams: WriteStreams,
        status: str,
        own: str | None,
        kind: type[Failure],
        code: str,
    ) -> None:
        answer = error(grpc.StatusCode[status], Codes[own] if own else None, "for Ann Smith")
        failure = append_failing(script, streams, answer)
        assert (type(failure), failure.code) == (kind, code)
        assert "Ann Smith" not in failure.message
        assert own is None or own in failure.message or kind is StreamCommitted
        assert STREAM in failure.message

    @pytest.mark.parametrize(("status", "own"), UNCLEAR)
    def test_a_stream_in_doubt_is_asked_for(
        self, script: Script, streams: WriteStreams, status: str, own: str | None
    ) -> None:
        answer = error(grpc.StatusCode[status], Codes[own] if own else None, "because")
        script.gone = {STREAM}
        assert type(append_failing(script, streams, answer)) is StreamGone
        script.gone, script.committed = set(), {STREAM}
        assert type(append_failing(script, streams, answer)) is StreamCommitted
        script.kind = types.WriteStream.Type.COMMITTED
        failure = append_failing(script, streams, answer)
        assert (type(failure), failure.code) == (Transient, "stream.unclear")
        assert script.asked == [STREAM] * 3

    def test_refused_rows_are_named(self, script: Script, streams: WriteStreams) -> None:
        wrong = types.RowError(
            index=0, code=types.RowError.RowErrorCode.FIELDS_ERROR, message="Field n is Ann Smith"
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
        assert caught.value.message.endswith("row 4 FIELDS_ERROR (n)")


class TestAppendOnce:
    ROWS = BATCHES[0][1]

    def test_it_is_one_request_at_its_offset(self, script: Script, streams: WriteStreams) -> None:
        assert streams.append_once(STREAM, 7, self.ROWS)
        assert script.sent == [[7]]

    def test_rows_that_are_there(self, script: Script, streams: WriteStreams) -> None:
        script.append = lambda _, __: EXISTS
        assert not streams.append_once(STREAM, 7, self.ROWS)

    @pytest.mark.parametrize("end", [None, ValueError("goaway"), ABORTED])
    def test_a_broken_connection_leaves_it_open(
        self, script: Script, streams: WriteStreams, end: Answer
    ) -> None:
        script.append = lambda _, __: end
        with pytest.raises(Transient, match=r"append\.broken"):
            streams.append_once(STREAM, 7, self.ROWS)
        assert script.sent == [[7]]

    @pytest.mark.parametrize(("rows", "failure"), [(8, None), (7, StreamShort)])
    def test_a_finalized_stream(
        self, script: Script, streams: WriteStreams, rows: int, failure: type[Failure] | None
    ) -> None:
        script.rows = rows
        closed = error(grpc.StatusCode.INVALID_ARGUMENT, Codes.STREAM_FINALIZED)
        script.append = lambda _, __: closed
        if failure is None:
            assert not streams.append_once(STREAM, 7, self.ROWS)
        else:
            with pytest.raises(failure):
                streams.append_once(STREAM, 7, self.ROWS)


class TestFinalize:
    @pytest.mark.parametrize("status", ["NOT_FOUND", "FAILED_PRECONDITION"])
    def test_a_stream_in_doubt_is_asked_for(
        self, script: Script, streams: WriteStreams, status: str
    ) -> None:
        script.finalizes = grpc.StatusCode[status]
        with pytest.raises(Transient, match=r"stream\.unclear"):
            streams.finalize(STREAM)
        script.committed = {STREAM}
        with pytest.raises(StreamCommitted):
            streams.finalize(STREAM)
        script.gone = {STREAM}
        with pytest.raises(StreamGone):
            streams.finalize(STREAM)


class TestQuotas:
    @pytest.fixture
    def left(self) -> list[int]:
        """Refusals that are still to be answered."""
        return [3]

    @pytest.fixture
    def refusing(self, script: Script, left: list[int]) -> None:
        def answer(_: int, offset: int) -> Answer:
            if left[0] and offset in (1, 7):
                left[0] -= 1
                return error(grpc.StatusCode.RESOURCE_EXHAUSTED, words="quota")
            return accepted(offset)

        script.append = answer

    @pytest.mark.usefixtures("refusing")
    def test_an_append_goes_on_where_it_was_refused(
        self, script: Script, streams: WriteStreams, pauses: list[float]
    ) -> None:
        streams.append(STREAM, SCHEMA, BATCHES)
        assert len(script.sent) == 4
        assert [sent[0] for sent in script.sent] == [0, 1, 1, 1]
        assert script.sent[-1] == [1, 2, 3, 4, 5]
        assert len(pauses) == 3

    @pytest.mark.usefixtures("refusing")
    def test_a_single_append_is_repeated(
        self, script: Script, streams: WriteStreams, pauses: list[float]
    ) -> None:
        assert streams.append_once(STREAM, 7, BATCHES[0][1])
        assert script.sent == [[7]] * 4
        assert len(pauses) == 3

    @pytest.mark.usefixtures("refusing")
    def test_after_the_deadline_the_platform_retries(
        self, streams: WriteStreams, left: list[int], pauses: list[float]
    ) -> None:
        left[0] = 1000
        with pytest.raises(Transient, match=r"bigquery\.throttled"):
            streams.append(STREAM, SCHEMA, BATCHES)
        assert sum(pauses) <= 60
        assert sum(pauses) > 45

    @pytest.mark.parametrize(
        "call",
        [lambda streams: streams.finalize(STREAM), lambda streams: streams.commit(PARENT, ["a"])],
        ids=["finalize", "commit"],
    )
    def test_other_calls_wait_too(
        self,
        script: Script,
        streams: WriteStreams,
        pauses: list[float],
        call: Callable[[WriteStreams], object],
    ) -> None:
        script.finalizes = script.commits = grpc.StatusCode.RESOURCE_EXHAUSTED
        with pytest.raises(Transient, match=r"bigquery\.throttled"):
            call(streams)
        assert len(pauses) > 5


class TestCommit:
    def refuse(self, script: Script, **codes: Any) -> None:
        script.commits = types.BatchCommitWriteStreamsResponse(
            stream_errors=[
                types.StorageError(code=code, entity=entity) for entity, code in codes.items()
            ]
        )

    def test_every_stream_was_committed(self, script: Script, streams: WriteStreams) -> None:
        self.refuse(script, a=Codes.STREAM_ALREADY_COMMITTED, b=Codes.STREAM_ALREADY_COMMITTED)
        streams.commit(PARENT, ["a", "b"])

    def test_one_that_was_committed_proves_them_all(
        self, script: Script, streams: WriteStreams
    ) -> None:
        self.refuse(script, a=Codes.STREAM_ALREADY_COMMITTED, b=Codes.STREAM_NOT_FOUND)
        streams.commit(PARENT, ["a", "b"])
        assert script.asked == []

    @pytest.mark.parametrize("own", ["STREAM_NOT_FOUND", "INVALID_STREAM_STATE", "TABLE_NOT_FOUND"])
    def test_a_commit_time_of_any_stream_proves_them_all(
        self, script: Script, streams: WriteStreams, own: str
    ) -> None:
        self.refuse(script, b=Codes[own])
        script.gone, script.committed = {"b"}, {"c"}
        streams.commit(PARENT, ["a", "b", "c"])
        assert script.asked == ["b", "a", "c"]

    @pytest.mark.parametrize("own", ["STREAM_NOT_FOUND", "INVALID_STREAM_STATE", "TABLE_NOT_FOUND"])
    def test_a_lost_stream(self, script: Script, streams: WriteStreams, own: str) -> None:
        self.refuse(script, b=Codes[own])
        script.gone = {"b"}
        with pytest.raises(StreamGone, match=r"stream b "):
            streams.commit(PARENT, ["a", "b"])

    @pytest.mark.parametrize("status", ["NOT_FOUND", "FAILED_PRECONDITION"])
    def test_a_refusal_that_names_no_stream(
        self, script: Script, streams: WriteStreams, status: str
    ) -> None:
        script.commits = grpc.StatusCode[status]
        with pytest.raises(Transient, match=r"commit\.refused"):
            streams.commit(PARENT, ["a", "b"])
        script.gone = {"a", "b"}
        with pytest.raises(StreamGone):
            streams.commit(PARENT, ["a", "b"])
        script.committed, script.gone = {"b"}, {"a"}
        streams.commit(PARENT, ["a", "b"])

    def test_few_of_many_streams_are_asked_for(self, script: Script, streams: WriteStreams) -> None:
        names = [f"s{n}" for n in range(1000)]
        self.refuse(script, s500=Codes.INVALID_STREAM_STATE)
        script.gone = set(names)
        with pytest.raises(StreamGone):
            streams.commit(PARENT, names)
        assert script.asked == ["s500", *names[:9]]

    @pytest.mark.parametrize(
        ("own", "kind", "code"),
        [
            ("STREAM_NOT_FOUND", Transient, "commit.refused"),
            ("TABLE_NOT_FOUND", Transient, "commit.refused"),
            ("INVALID_STREAM_STATE", Transient, "commit.refused"),
            ("INVALID_STREAM_TYPE", Permanent, "commit.refused"),
            ("KMS_SERVICE_ERROR", Transient, "commit.refused"),
        ],
    )
    def test_each_error_has_a_code(
        self,
        script: Script,
        streams: WriteStreams,
        own: str,
        kind: type[Failure],
        code: str,
    ) -> None:
        self.refuse(script, b=Codes[own])
        with pytest.raises(Failure) as caught:
            streams.commit(PARENT, ["a", "b"])
        assert (type(caught.value), caught.value.code) == (kind, code)

    def test_an_empty_answer_is_no_success(self, script: Script, streams: WriteStreams) -> None:
        with pytest.raises(Transient, match=r"commit\.refused"):
            streams.commit(PARENT, ["a"])
