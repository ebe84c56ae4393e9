"""The smallest CloudEvent function: what functions-framework alone costs at a cold start."""

import functions_framework
from cloudevents.http import CloudEvent


@functions_framework.cloud_event
def hello_world(event: CloudEvent) -> None:
    """Read the event, as any function does, and do nothing."""
    _ = event["id"], event.data
