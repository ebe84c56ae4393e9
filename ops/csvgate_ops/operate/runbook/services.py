"""Failures of Google's services: `storage.forbidden`, `bigquery.throttled`, …"""

from collections.abc import Iterator
from typing import Final

from csvgate_ops.operate.runbook.model import How, Operational, Then

SERVICES: Final = {"storage": "Cloud Storage", "pubsub": "Pub/Sub", "bigquery": "BigQuery"}

_BY_SUFFIX: Final[dict[str, tuple[How, str, str]]] = {
    "refused": (
        How.AT_ONCE,
        "{service} took the request for a wrong one",
        "Read the reason in the letter. If nothing was changed around the deploy it is a mistake "
        "of csvgate: report it with the letter (`csvgate dlq export`).",
    ),
    "unauthenticated": (
        How.RETRIED,
        "{service} does not know the function's service account",
        "Check that the account of the function exists and is enabled, and deploy again.",
    ),
    "forbidden": (
        How.RETRIED,
        "The function's service account lacks a role, or a quota is used up",
        "The message names the resource. Deploy again to grant the roles of deploy/topology.yaml; "
        "a new role takes minutes to spread. Where the message speaks of a quota, raise it.",
    ),
    "missing": (
        How.RETRIED,
        "Something does not exist in {service}: a bucket, topic or table, or what holds it",
        "The message names it. Deploy again to create it, or restore what was deleted.",
    ),
    "conflict": (
        How.RETRIED,
        "Another call was changing the same thing, time and again",
        "Look for another program that writes to the resource that the message names.",
    ),
    "changed": (
        How.RETRIED,
        "The thing was changed by somebody else, time and again",
        "Look for another program that writes to the resource that the message names.",
    ),
    "too_large": (
        How.AT_ONCE,
        "{service} takes no request of that size",
        "It is a mistake of csvgate: report it with the letter (`csvgate dlq export`).",
    ),
    "throttled": (
        How.RETRIED,
        "{service} asked to slow down for longer than the retries last",
        "Raise the quota that the message names, or lower `max_instances` in deploy/topology.yaml.",
    ),
    "unavailable": (
        How.RETRIED,
        "{service} did not answer, or answered with an error of its own",
        "See https://status.cloud.google.com. On the local cloud: is the component up "
        "(`csvgate env`)?",
    ),
}


def service_codes() -> Iterator[Operational]:
    for service, spoken in SERVICES.items():
        for suffix, (how, meaning, remedy) in _BY_SUFFIX.items():
            said = meaning.format(service=spoken)
            code = f"{service}.{suffix}"
            if code not in ("storage.missing", "storage.too_large"):
                yield Operational(code, how, said, remedy, Then.REPLAY)
