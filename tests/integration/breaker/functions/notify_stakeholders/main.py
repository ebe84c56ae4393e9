"""A bad deploy of a function: it fails for good on every event while the file `bad` is there, and
writes down what it handles when it is gone."""

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import functions_framework
from cloudevents.http import CloudEvent

from csvgate.protocol.cloudevents_pubsub import Delivery, pubsub_delivery
from csvgate.runtime.errors import Failure, Permanent
from csvgate.runtime.failure_boundary import FailureBoundary
from csvgate.runtime.start_up import start

FOLDER = "CSVGATE_TEST_FOLDER"


class BadDeploy:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def decode(self, event: CloudEvent, delivery: Delivery) -> str:
        return delivery.message.attributes["ce-id"]

    def context(self, work: str) -> Mapping[str, str]:
        return {}

    def handle(self, work: str, delivery: Delivery) -> str:
        if (self._folder / "bad").exists():
            raise Permanent("notify.no_contract", "the contracts were left out of the deploy")
        (self._folder / f"{work}.handled").touch()
        return "handled"

    def object_name(self, work: str) -> str:
        return work

    def give_up(self, work: str, failure: Failure) -> None:
        (self._folder / f"{work}.given-up").touch()


@cache
def build() -> FailureBoundary[str]:
    return start(os.environ).failure_boundary(
        BadDeploy(Path(os.environ[FOLDER])), receive=pubsub_delivery
    )


@functions_framework.cloud_event
def notify_stakeholders(event: CloudEvent) -> None:
    build()(event)
