"""notify_stakeholders: sends one email for each finished upload."""

import os
from functools import cache
from pathlib import Path

import functions_framework
from cloudevents.http import CloudEvent

from csvgate.runtime.fast_imports import imports_of_main

with imports_of_main():
    # Every event reads the contracts in use; enrich_records says why the library is imported here.
    import csvgate.gcp.storage  # noqa: F401
    from csvgate.gcp.build import mailer
    from csvgate.protocol.cloudevents_pubsub import pubsub_delivery
    from csvgate.protocol.events import UploadFinished
    from csvgate.runtime.deployed_contracts import recipients
    from csvgate.runtime.failure_boundary import FailureBoundary
    from csvgate.runtime.start_up import start, utc_now
    from notification.handler import Notifier


@cache
def build() -> FailureBoundary[UploadFinished]:
    runtime = start(os.environ)
    known = recipients(runtime, Path(__file__).parent, utc_now)
    return runtime.failure_boundary(
        Notifier.of(runtime, mailer(runtime.settings), known, utc_now), receive=pubsub_delivery
    )


@functions_framework.cloud_event
def notify_stakeholders(event: CloudEvent) -> None:
    build()(event)
