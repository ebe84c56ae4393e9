"""Codes for failures of Google Cloud services: `storage.forbidden`, `bigquery.throttled`, …"""

from collections.abc import Iterator
from typing import Final

from csvgate.gcp import SERVICES
from csvgate_ops.operate.runbook.model import REPORT, NextStep, OperationalCode, When

_LISTED_ELSEWHERE: Final = ("storage.missing", "storage.too_large")
"""csvgate raises these itself too; their entries explain both cases."""
_OTHER_WRITER: Final = (
    "Look for another program that writes to the resource that the message names."
)

_BY_SUFFIX: Final[dict[str, tuple[When, str, str]]] = {
    "refused": (
        When.AT_ONCE,
        "{service} considers the request invalid",
        "Read the reason in the dead letter, and correct what was changed in the deployment. If "
        f"nothing was changed, the request is at fault. {REPORT}",
    ),
    "unauthenticated": (
        When.AFTER_RETRIES,
        "{service} does not accept the function's service account",
        "Check that the function's service account exists and is enabled, and deploy again.",
    ),
    "forbidden": (
        When.AFTER_RETRIES,
        "The function's service account lacks a role, or a quota is exhausted",
        "The message names the resource. Deploy again to grant the roles in deploy/topology.yaml; "
        "a new role takes minutes to take effect. If the message mentions a quota, raise it.",
    ),
    "missing": (
        When.AFTER_RETRIES,
        "A resource in {service}, such as a bucket, topic or table, does not exist",
        "The message names it. Deploy again to create it, or restore what was deleted.",
    ),
    "conflict": (
        When.AFTER_RETRIES,
        "At every attempt another call was changing the same resource",
        _OTHER_WRITER,
    ),
    "changed": (
        When.AFTER_RETRIES,
        "At every attempt the resource had been changed by another call",
        _OTHER_WRITER,
    ),
    "too_large": (When.AT_ONCE, "{service} does not accept a request of this size", REPORT),
    "throttled": (
        When.AFTER_RETRIES,
        "{service} limited the request rate for longer than the retries last",
        "Raise the quota that the message names, or lower `max_instances` in deploy/topology.yaml.",
    ),
    "unavailable": (
        When.AFTER_RETRIES,
        "{service} did not answer, or answered with an internal error",
        "Check https://status.cloud.google.com. On the local cloud, check that the component is "
        "running (`csvgate env`).",
    ),
}


def service_codes() -> Iterator[OperationalCode]:
    for service, name in SERVICES.items():
        for suffix, (when, meaning, remedy) in _BY_SUFFIX.items():
            code = f"{service}.{suffix}"
            if code not in _LISTED_ELSEWHERE:
                yield OperationalCode(
                    code, when, meaning.format(service=name), remedy, NextStep.REPLAY
                )
