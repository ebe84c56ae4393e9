"""How an upload's ends are named, and that their events fit into a push request."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from csvgate.ports import Message
from csvgate.protocol.events import (
    CODE_LENGTH,
    Counts,
    FaultExample,
    Outcome,
    Reason,
    UploadFinished,
    UploadRef,
)
from csvgate.protocol.messages.event_size import MAX_PUSH_BYTES, push_bytes
from csvgate.protocol.messages.outcome import (
    LEADING,
    OTHER,
    end_of,
    outcome_message,
    parse_outcome,
)
from csvgate.runtime.errors import Permanent
from unit.operate.raised_codes import raised

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
ID = "ab" * 10
NAME = "orders/a.csv"


def finished(
    outcome: Outcome = "completed",
    *,
    reasons: tuple[Reason, ...] = (),
    attempt: int = 1,
    code: str | None = None,
    detail: str | None = None,
    name: str = NAME,
) -> UploadFinished:
    rejected = sum(reason.rows for reason in reasons)
    return UploadFinished(
        upload=UploadRef(id=ID, bucket="uploads", name=name, generation=7),
        plan="cd" * 8,
        dataset="orders",
        outcome=outcome,
        attempt=attempt,
        code=code,
        counts=Counts(read=rejected, valid=0, rejected=rejected),
        reasons=reasons,
        detail=detail,
        received_at=AT,
        finished_at=AT,
    )


def message(upload: UploadFinished) -> Message:
    return outcome_message(upload, function="enrich_records", trace="00-1-2-01")


@pytest.mark.parametrize(
    ("upload", "end"),
    [
        (finished("completed"), "completed.1"),
        (finished("completed", attempt=2), "completed.2"),
        (finished("rejected", attempt=3), "rejected.3"),
        (finished("failed", code="table.contradicts"), "failed.table.contradicts"),
        (finished("failed", code="table.contradicts", attempt=2), "failed.table.contradicts"),
    ],
)
def test_each_end_has_a_name_and_an_event_id(upload: UploadFinished, end: str) -> None:
    assert end == end_of(upload)
    assert f"{ID}-{end}" == message(upload).attributes["ce-id"]
    assert upload == parse_outcome(message(upload))


def test_every_code_that_csvgate_raises_can_be_announced() -> None:
    codes, _ = raised()
    for code in codes:
        assert f"failed.{code}" == end_of(finished("failed", code=code))


@pytest.mark.parametrize(
    "code", [None, "", "../x", "a/b", "a.b/c", "A.b", "a..b", ".a", "a b", "a\n", "a" * 65]
)
def test_a_failure_without_a_valid_code_is_refused(code: str | None) -> None:
    """The code becomes a part of an object name."""
    assert CODE_LENGTH == 64
    with pytest.raises(ValidationError):
        finished("failed", code=code)
    sent = message(finished("failed", code="x"))
    forged = sent.data.replace(b'"code":"x"', b'"code":%b' % _json(code))
    assert forged != sent.data
    with pytest.raises(Permanent, match="code") as caught:
        parse_outcome(Message(forged, sent.attributes))
    assert "event.malformed" == caught.value.code


def _json(code: str | None) -> bytes:
    return b"null" if code is None else b'"%b"' % code.replace("\n", "\\n").encode()


def test_fields_of_a_later_version_are_ignored() -> None:
    sent = message(finished())
    later = sent.data.replace(b'"generation":7', b'"generation":7,"later":[1]')
    later = later.replace(b'"dataset":', b'"more":{"a":1},"dataset":')
    assert later.count(b"later") == later.count(b"more") == 1
    assert finished() == parse_outcome(Message(later, sent.attributes))


@pytest.mark.parametrize(
    "kind", ["csvgate.upload.completed.v2", "csvgate.upload.withdrawn.v1", "com.example.other"]
)
def test_an_unknown_type_or_version_is_refused(kind: str) -> None:
    sent = message(finished())
    with pytest.raises(Permanent, match="carries no events of type") as caught:
        parse_outcome(Message(sent.data, {**sent.attributes, "ce-type": kind}))
    assert "event.malformed" == caught.value.code


def reasons_of(fields: int, codes: int, examples: int, value: str) -> tuple[Reason, ...]:
    """Return the reasons of a file in which each field fails in several ways, the most frequent
    first."""
    return tuple(
        Reason(
            code=f"constraint.code_{number % codes}",
            column=f"column_with_a_long_name_{number // codes:03d}",
            rows=fields * codes - number,
            examples=tuple(
                FaultExample(
                    line=line,
                    column=f"column_with_a_long_name_{number // codes:03d}",
                    code=f"constraint.code_{number % codes}",
                    value=value,
                    message=f"{value} is not valid",
                )
                for line in range(examples)
            ),
        )
        for number in range(fields * codes)
    )


@settings(max_examples=25, deadline=None)
@given(
    fields=st.sampled_from([1, 2, 50, 500]),
    codes=st.sampled_from([1, 3, 10]),
    examples=st.integers(0, 3),
    value=st.text(max_size=20),
    times=st.sampled_from([1, 10, 1000, 40_000]),
    name=st.text(min_size=1, max_size=250),
)
def test_every_outcome_fits_into_a_push_request(
    fields: int, codes: int, examples: int, value: str, times: int, name: str
) -> None:
    if fields * codes * examples * times > 4_000_000:
        times = 100
    upload = finished(reasons=reasons_of(fields, codes, examples, value * times), name=name)
    sent = message(upload)
    assert push_bytes(sent) <= MAX_PUSH_BYTES
    found = parse_outcome(sent)
    assert upload.model_copy(update={"reasons": found.reasons}) == found
    assert sum(r.rows for r in upload.reasons) == sum(r.rows for r in found.reasons)
    kept = [reason for reason in found.reasons if reason.code != OTHER]
    for before, after in zip(upload.reasons, kept, strict=False):
        assert (before.code, before.column, before.rows) == (after.code, after.column, after.rows)
        assert after.examples in (before.examples, ())
    assert len(found.reasons) - len(kept) == (len(kept) < len(upload.reasons))
    if len(kept) < len(upload.reasons):
        assert (OTHER, None, ()) == (
            found.reasons[-1].code,
            found.reasons[-1].column,
            found.reasons[-1].examples,
        )
        assert not any(reason.examples for reason in kept[LEADING:])


def test_what_fits_is_not_trimmed() -> None:
    upload = finished(reasons=reasons_of(100, 2, 3, "short"))
    assert upload == parse_outcome(message(upload))


def test_examples_of_rare_reasons_go_before_any_reason() -> None:
    upload = finished(reasons=reasons_of(500, 2, 3, "x" * 100))
    found = parse_outcome(message(upload)).reasons
    assert len(upload.reasons) == len(found)
    shown = [bool(reason.examples) for reason in found]
    assert shown == sorted(shown, reverse=True)
    assert LEADING < sum(shown) < len(shown)


def test_the_leading_reasons_keep_their_examples_while_rare_ones_are_added_up() -> None:
    upload = finished(reasons=reasons_of(500, 10, 3, "x" * 100))
    found = parse_outcome(message(upload)).reasons
    assert OTHER == found[-1].code
    assert upload.reasons[:LEADING] == found[:LEADING]
    assert sum(r.rows for r in upload.reasons) == sum(r.rows for r in found)
    assert len(found) > 1000


def test_a_huge_cell_costs_the_examples_only() -> None:
    upload = finished(reasons=reasons_of(4, 2, 3, "x" * 1_000_000))
    found = parse_outcome(message(upload)).reasons
    assert [(r.code, r.column, r.rows) for r in upload.reasons] == [
        (r.code, r.column, r.rows) for r in found
    ]


def test_a_huge_detail_is_shortened() -> None:
    upload = finished("failed", code="unexpected", detail="ü" * 1_000_000)
    found = parse_outcome(message(upload))
    assert found.detail is not None
    assert len(found.detail.encode()) <= 4096
    assert found.detail.endswith("ü…")
