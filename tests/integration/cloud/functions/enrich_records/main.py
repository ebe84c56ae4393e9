"""A function that writes down what it is given: see ../recording.py."""

import sys
from pathlib import Path

import functions_framework
from cloudevents.http import CloudEvent

sys.path.insert(0, str(Path(__file__).resolve().parents[4]))
from integration.cloud.functions.recording import record


@functions_framework.cloud_event
def enrich_records(event: CloudEvent) -> None:
    record("enrich_records", event)
