"""The policies of a subscription that Eventarc created, set and read with Pub/Sub's REST API.

pulumi-gcp cannot change a subscription that it did not create.
"""

from collections.abc import Mapping
from typing import Any, Final

from csvgate_ops.deploy.kinds import subscription

ADDRESS: Final = "https://pubsub.googleapis.com"
_SCOPE = "https://www.googleapis.com/auth/cloud-platform"
_SECONDS = 60
FIELDS: Final = (
    *("ack_deadline", "retention", "expires", "dead_letter_topic", "max_delivery_attempts"),
    *("min_backoff", "max_backoff"),
)
"""The policies, by the names of the kind `trigger-subscription`."""


def body(project: str, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Return the wanted policies as the API takes them. `wanted` has all FIELDS."""
    ttl = {} if wanted["expires"] == "never" else {"ttl": wanted["expires"]}
    return {
        "ackDeadlineSeconds": wanted["ack_deadline"],
        "messageRetentionDuration": f"{wanted['retention']}s",
        "expirationPolicy": ttl,
        "deadLetterPolicy": {
            "deadLetterTopic": f"projects/{project}/topics/{wanted['dead_letter_topic']}",
            "maxDeliveryAttempts": wanted["max_delivery_attempts"],
        },
        "retryPolicy": {
            "minimumBackoff": f"{wanted['min_backoff']}s",
            "maximumBackoff": f"{wanted['max_backoff']}s",
        },
    }


def set_policies(session: Any, project: str, name: str, wanted: Mapping[str, Any]) -> None:
    """Set all policies by one request. `session` is an authorised session of requests. Raises its
    HTTPError."""
    policies = body(project, wanted)
    request = {"subscription": policies, "updateMask": ",".join(policies)}
    session.patch(_url(project, name), json=request, timeout=_SECONDS).raise_for_status()


def differing(session: Any, project: str, name: str, wanted: Mapping[str, Any]) -> list[str]:
    """Return the names of the fields in which the subscription differs from `wanted`. Raises the
    session's HTTPError."""
    answer = session.get(_url(project, name), timeout=_SECONDS)
    answer.raise_for_status()
    found = subscription.fields(answer.json())
    return [field for field, value in wanted.items() if found[field] != value]


def authorised() -> Any:
    """Return a session with application default credentials."""
    import google.auth
    from google.auth.transport.requests import AuthorizedSession

    credentials, _ = google.auth.default(scopes=[_SCOPE])
    return AuthorizedSession(credentials)  # type: ignore[no-untyped-call]


def _url(project: str, name: str) -> str:
    return f"{ADDRESS}/v1/projects/{project}/subscriptions/{name}"
