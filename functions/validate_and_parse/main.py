"""validate_and_parse: publish the valid records of an uploaded CSV, and hand back the others."""

import os
from functools import cache
from pathlib import Path

import functions_framework
from cloudevents.http import CloudEvent

from csvgate.runtime.fast_imports import imports_of_main

with imports_of_main():
    # Every event reads the contracts in use; enrich_records says why the library is imported here.
    import csvgate.gcp.storage  # noqa: F401
    from csvgate.protocol.cloudevents_pubsub import raw_delivery
    from csvgate.runtime.deployed_contracts import contracts
    from csvgate.runtime.failure_boundary import FailureBoundary
    from csvgate.runtime.start_up import start, utc_now
    from intake.handler import Validator
    from intake.storage_event import ObjectEvent


@cache
def build() -> FailureBoundary[ObjectEvent]:
    runtime = start(os.environ)
    known = contracts(runtime, Path(__file__).parent, utc_now)
    handler = Validator.of(runtime, known, utc_now)
    return runtime.failure_boundary(handler, receive=raw_delivery)


@functions_framework.cloud_event
def validate_and_parse(event: CloudEvent) -> None:
    build()(event)
