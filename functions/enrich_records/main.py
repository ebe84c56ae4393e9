"""enrich_records: validated records into BigQuery, whole uploads at a time."""

import os
from functools import cache

import functions_framework
from cloudevents.http import CloudEvent

from csvgate.edge import Edge
from csvgate.runtime import start, utc_now
from csvgate.wire import pubsub_delivery
from enrich_message import Enricher


@cache
def build() -> Edge[CloudEvent]:
    from csvgate.gcp.build import warehouse

    runtime = start(os.environ)
    handler = Enricher.of(runtime, warehouse(runtime.settings, os.environ), utc_now)
    return runtime.edge(handler, receive=pubsub_delivery)


@functions_framework.cloud_event
def enrich_records(event: CloudEvent) -> None:
    build()(event)
