"""Failures that pass by themselves, because a change takes minutes to reach all of Google Cloud.

Each pattern is part of a service's own message, as gcloud and bq print it. The stand-in for
Google's APIs knows the whole messages (tests/standin/spreading.py) and where they were seen.
"""

import re
from dataclasses import dataclass
from typing import Final

LONGEST_WAIT_SECONDS: Final = 660.0
"""Cloud Monitoring's documentation says that it may take ten minutes to know a new metric, and
IAM's that a role works after two minutes, or after seven or more."""
_AMBIGUOUS_WAIT_SECONDS: Final = 240.0
"""The wait for messages that may also mean that somebody lacks a role for good. It is twice the
time after which IAM's documentation says that a role works."""


@dataclass(frozen=True, slots=True)
class Spreading:
    """A change that has not reached a service yet. `what` is for people."""

    pattern: re.Pattern[str]
    what: str
    longest_wait: float = LONGEST_WAIT_SECONDS


def _spreading(pattern: str, what: str, longest_wait: float = LONGEST_WAIT_SECONDS) -> Spreading:
    return Spreading(re.compile(pattern, re.IGNORECASE), what, longest_wait)


_SPREADING: Final = (
    # An API that has just been enabled.
    _spreading(
        r"has not been used in project \S+ before or it is disabled|SERVICE_DISABLED",
        "the API is being enabled",
    ),
    # An account that has just been created.
    _spreading(
        r"service account \S+ does not exist|unknown service account"
        r"|invalid service account \S+ provided",
        "the service account is new, and not known everywhere",
    ),
    _spreading(
        r"service account \S+ was not found"
        r"|iam\.serviceaccounts\.(actAs|getIamPolicy|setIamPolicy)['\"]? denied on"
        r"|iam\.serviceAccounts\.\w+ is required to perform",
        "the service account is new, and not known everywhere; if this stays, the deployer lacks "
        "roles/iam.serviceAccountUser or roles/iam.serviceAccountAdmin",
        _AMBIGUOUS_WAIT_SECONDS,
    ),
    # A custom role that has just been created.
    _spreading(
        r"Role \S+ does not exist in the resource's hierarchy",
        "the custom role is new, and not known everywhere",
    ),
    # Roles of the account that builds images.
    _spreading(
        r"Access to bucket gcf-v2-\S+ denied|does not have storage\.objects\.get access",
        "the build account's role on the uploaded sources",
    ),
    _spreading(
        r"artifactregistry\.repositories\.(uploadArtifacts|downloadArtifacts)\S* denied",
        "the build account's role on the image repository",
    ),
    _spreading(
        r"missing permission on the build service account"
        r"|does not have permission to write logs to Cloud Logging",
        "the build account's role for logs",
    ),
    # Roles of Google's agents, which their services grant in a new project.
    _spreading(
        r"Unable to retrieve the repository metadata",
        "the role of Cloud Functions' agent on the image repository",
    ),
    _spreading(
        r"Service Agent( \S+)? must have permission to read the image"
        r"|Cloud Run Service Agent does not have permission to get access tokens",
        "the role of Cloud Run's agent",
    ),
    _spreading(
        r"Permission denied while using the Eventarc Service Agent"
        r"|Bucket \S+ could not be validated",
        "the role of Eventarc's agent",
    ),
    _spreading(
        r"Cloud Storage service account for your bucket is unable to publish",
        "the role of Cloud Storage's agent for publishing",
    ),
    _spreading(
        r"Permission denied on Cloud KMS key"
        r"|Cloud Pub/Sub did not have the necessary permissions configured"
        r"|cloudkms\.cryptoKeyVersions\.useTo\w+'? denied"
        r"|grant Cloud KMS CryptoKey Encrypter/Decrypter role to BigQuery service account",
        "the role of a Google agent on the encryption key",
    ),
    # Roles that deploy has just granted to its own accounts.
    _spreading(
        r"Permission denied on secret: \S+ for Revision service account",
        "the function's role on its secret",
    ),
    _spreading(
        r"eventarc\.events\.receiveEvent\S* denied",
        "the role of the triggers' account for receiving events",
    ),
    # A log-based metric that has just been created.
    _spreading(
        r"Cannot find metric\(?s?\)? that match", "Cloud Monitoring does not know the metric yet"
    ),
    # Another change, perhaps of an earlier run, is still under way.
    _spreading(
        r"concurrent policy changes|unable to queue the operation",
        "another change is still under way",
    ),
    # Several changes of one table.
    _spreading(
        r"too many table update operations for this table",
        "BigQuery allows five changes of a table in ten seconds",
    ),
)
_UNEXPLAINED: Final = re.compile(
    r"OperationError: code=(2|13|14|None)\b|\b(INTERNAL|UNKNOWN|UNAVAILABLE): |internal error"
    r"|unknown error",
    re.IGNORECASE,
)
"""Codes of google.rpc: 2 is UNKNOWN, 13 INTERNAL, 14 UNAVAILABLE."""

_BROKEN_AFTER_HYPHEN: Final = re.compile(r"-\n\s*")


def spreading(output: str) -> Spreading | None:
    """Return the change that a command waits for, by the output with which it failed, or None if
    retrying would not help."""
    line = _on_one_line(output)
    return next((s for s in _SPREADING if s.pattern.search(line)), None)


def is_unexplained(output: str) -> bool:
    """Return whether a service failed without naming a cause that lies with its user."""
    return _UNEXPLAINED.search(output) is not None


def _on_one_line(output: str) -> str:
    """Join lines: bq breaks them after words and after hyphens, also inside of names."""
    return " ".join(_BROKEN_AFTER_HYPHEN.sub("-", output).split())
