"""enrich_records: load validated records into BigQuery, each upload completely or not at all."""

import os
from functools import cache

import functions_framework
from cloudevents.http import CloudEvent

from csvgate.runtime.fast_imports import imports_of_main

with imports_of_main():
    # Every event reads the ledger. The import of Cloud Storage's library costs a fifth less CPU
    # here than in the first request, because that runs in a forked process.
    import csvgate.gcp.storage  # noqa: F401
    from csvgate.gcp.build import warehouse
    from csvgate.protocol.cloudevents_pubsub import pubsub_delivery
    from csvgate.protocol.messages.validated_records import SealedUpload
    from csvgate.runtime.failure_boundary import FailureBoundary
    from csvgate.runtime.late import late
    from csvgate.runtime.start_up import start, utc_now
    from enrichment.handler import Enricher


@cache
def build() -> FailureBoundary[SealedUpload]:
    runtime = start(os.environ)
    tables = late(lambda: warehouse(runtime.settings, os.environ))
    handler = Enricher.of(runtime, tables, utc_now)
    return runtime.failure_boundary(handler, receive=pubsub_delivery)


@functions_framework.cloud_event
def enrich_records(event: CloudEvent) -> None:
    build()(event)
