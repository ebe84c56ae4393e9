"""notify_stakeholders: one email per finished upload."""

import os
from functools import cache
from pathlib import Path

import functions_framework
from cloudevents.http import CloudEvent

from csvgate.protocol.cloudevents_pubsub import pubsub_delivery
from csvgate.protocol.events import UploadFinished
from csvgate.runtime.failure_boundary import FailureBoundary
from csvgate.runtime.start_up import contracts, start, utc_now
from notification.handler import Notifier


@cache
def build() -> FailureBoundary[UploadFinished]:
    from csvgate.gcp.mail import SendGridMailer

    runtime = start(os.environ)
    settings = runtime.settings
    mailer = SendGridMailer(settings.sendgrid_api_key, settings.sendgrid_host)
    known = contracts(settings, Path(__file__).parent)
    return runtime.failure_boundary(
        Notifier.of(runtime, mailer, known, utc_now), receive=pubsub_delivery
    )


@functions_framework.cloud_event
def notify_stakeholders(event: CloudEvent) -> None:
    build()(event)
