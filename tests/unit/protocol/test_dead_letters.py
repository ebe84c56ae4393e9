"""Dead letters keep the original unchanged and always fit the service's limits."""

import json
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from csvgate.ports import Message
from csvgate.protocol.cloudevents_pubsub import Delivery
from csvgate.protocol.dead_letters import counts_attribute, dead_letter
from csvgate.runtime.errors import Permanent
from csvgate.text import shorten_bytes


def delivery(attributes: dict[str, str]) -> Delivery:
    return Delivery(
        message=Message(b"original", attributes),
        attempt=2,
        first_seen=datetime(2026, 11, 21, tzinfo=UTC),
        trace="00-a-b-01",
    )


def test_the_original_stays_and_the_reason_is_added() -> None:
    letter = dead_letter(
        delivery({"ce-id": "1"}),
        Permanent("table.contradicts", "column amount is STRING"),
        origin={"function": "enrich_records", "revision": "r1"},
        extra={"upload": "abc"},
    )
    expected = Message(
        b"original",
        {
            "ce-id": "1",
            "csvgate-type": "csvgate.deadletter.v1",
            "csvgate-code": "table.contradicts",
            "csvgate-message": "column amount is STRING",
            "csvgate-function": "enrich_records",
            "csvgate-revision": "r1",
            "csvgate-attempt": "2",
            "csvgate-first-seen": "2026-11-21T00:00:00+00:00",
            "csvgate-trace": "00-a-b-01",
            "csvgate-upload": "abc",
        },
    )
    assert expected == letter


def test_a_message_full_of_attributes_keeps_them_all() -> None:
    full = {f"a{i}": "x" for i in range(98)}
    letter = dead_letter(delivery(full), Permanent("a.code", "why"), origin={}, extra={})
    assert full.items() <= letter.attributes.items()
    assert len(letter.attributes) == 100
    assert letter.attributes["csvgate-code"] == "a.code"


@given(st.text(), st.integers(min_value=3, max_value=50))
def test_shortening_never_exceeds_the_limit_nor_cuts_a_character(text: str, limit: int) -> None:
    short = shorten_bytes(text, limit)
    assert len(short.encode()) <= limit
    assert short == text.encode("utf-8", "replace").decode() or short.endswith("…")


@given(st.dictionaries(st.text(max_size=300), st.integers(min_value=1, max_value=10**9)))
def test_counts_always_fit_and_add_up(counts: dict[str, int]) -> None:
    counts.pop("other", None)
    text = counts_attribute(counts)
    assert len(text.encode()) <= 1024
    assert sum(counts.values()) == sum(json.loads(text).values())
