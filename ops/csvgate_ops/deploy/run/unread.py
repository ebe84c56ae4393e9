"""Why a project could not be read, and what to do about it, by what gcloud and bq print."""

import re
from dataclasses import dataclass
from typing import Final, Literal

from csvgate_ops.deploy import DeployError
from csvgate_ops.deploy.run.gcloud import CommandFailed

Kind = Literal["login", "disabled", "unseen", "forbidden", "unreachable"]


class Unread(DeployError):
    """A project could not be read, so nothing can be said about it."""


@dataclass(frozen=True, slots=True)
class _Cause:
    """`pattern` is part of the output of gcloud or bq. `what` and `remedy` may contain
    {project}."""

    kind: Kind
    pattern: re.Pattern[str]
    what: str
    remedy: str


def _cause(kind: Kind, pattern: str, what: str, remedy: str) -> _Cause:
    return _Cause(kind, re.compile(pattern, re.IGNORECASE), what, remedy)


_CAUSES: Final = (
    _cause(
        "login",
        r"do not currently have an active account|no credentialed accounts|invalid_grant"
        r"|reauthentication (failed|required)|refreshing (your|the) current auth token"
        r"|invalid authentication credentials|UNAUTHENTICATED",
        "gcloud has no account to use, or its login has expired",
        "Log in with `gcloud auth login`. In a workflow, check the step that authenticates.",
    ),
    _cause(
        "disabled",
        r"has not been used in project \S+ before or it is disabled|SERVICE_DISABLED"
        r"|API \[[\w.]+\] not enabled",
        "an API that reading needs is not enabled in the project that the account belongs to",
        "Run `gcloud services enable cloudresourcemanager.googleapis.com serviceusage.googleapis"
        ".com --project={project}`, wait a few minutes, and try again.",
    ),
    _cause(
        "unseen",
        r"does not have permission to access projects instance|projects\.describe\).*NOT_FOUND",
        "project {project} does not exist, or this account may not see it",
        "Correct `project` in deploy/env, choose another account with `gcloud config set account`, "
        "or create it with `gcloud projects create {project}`.",
    ),
    _cause(
        "forbidden",
        r"PERMISSION_DENIED|Access Denied|\bforbidden\b|does not have \S+ access|HTTPError 403"
        r"|does not have permission|status=\[403\]",
        "this account may not read all of it",
        "Ask for the Owner role, or for the permissions of csvgate-plan in docs/ci.md.",
    ),
    _cause(
        "unreachable",
        r"Failed to establish a new connection|Name or service not known|Connection refused"
        r"|Network is unreachable|unable to connect|timed out|ProxyError",
        "Google Cloud cannot be reached from here",
        "Check the network and the proxy settings of gcloud.",
    ),
)


def kind_of(error: CommandFailed) -> Kind | None:
    """Return why the command failed; None if that is not known."""
    cause = _find(error)
    return cause.kind if cause else None


def _find(error: CommandFailed) -> _Cause | None:
    return next((c for c in _CAUSES if c.pattern.search(error.finished.output)), None)


def unread(error: DeployError, project: str) -> Unread:
    """Return the error with its cause, as far as it is known, and its remedy."""
    if not isinstance(error, CommandFailed):
        return Unread(f"project {project} could not be read: {error}")
    if cause := _find(error):
        what, remedy = (t.format(project=project) for t in (cause.what, cause.remedy))
        return Unread(f"project {project} could not be read: {what}. {remedy}\n{error}")
    return Unread(f"project {project} could not be read: {error}")
