"""The events whose answers are timed are events of the protocol, and need no work."""

import base64
import json

from bench.paths import ROOT, environment
from bench.processes.function_events import EVENTS, HELLO_WORLD
from bench.processes.function_server import answers
from bench.processes.storage_stub import finished

from csvgate.ports import Message
from csvgate.protocol.ledger.entries import Decision, Finished, Received, Seal
from csvgate.protocol.messages.outcome import parse_outcome
from csvgate.protocol.messages.validated_records import parse_validated_records


def message(function: str) -> Message:
    (event,) = [each for each in EVENTS if each.function == function]
    published = json.loads(event.body)["message"]
    return Message(base64.b64decode(published["data"]), published["attributes"])


def test_the_marker_names_what_the_stub_says() -> None:
    marker = parse_validated_records(message("enrich_records"))
    assert marker.chunk is None
    received, seal = (
        Received.model_validate_json(finished(b"")),
        Seal.model_validate_json(finished(b"")),
    )
    assert (marker.upload, marker.plan) == (received.upload.id, seal.plan)
    assert "rejected" == Decision.model_validate_json(finished(b"")).outcome
    assert "rejected" == Finished.model_validate_json(finished(b"")).outcome


def test_the_outcome_is_one() -> None:
    assert "completed" == parse_outcome(message("notify_stakeholders")).outcome


def test_every_function_has_an_event() -> None:
    deployed = {path.parent.name for path in (ROOT / "functions").glob("*/main.py")}
    deployed.remove("operators_console")  # it answers requests of people, not events
    assert {HELLO_WORLD, *deployed} == {each.function for each in EVENTS}
    for event in EVENTS:
        assert f"def {event.function}(" in (event.source / "main.py").read_text(encoding="utf-8")


def test_hello_world_answers_under_functions_framework() -> None:
    (event,) = [each for each in EVENTS if each.function == HELLO_WORLD]
    found = answers(event, environment())
    assert 0 < found.listens < found.first
    assert found.again > 0
