"""Google's service agents: an agent that lost its role cannot build, start or trigger functions.

Google grants these roles itself, most of them when an API is enabled. Nobody notices that one is
missing (a cleanup of the policy removes it, for example) until a deploy fails.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from csvgate_ops.deploy.doctor.model import Check, Fault
from csvgate_ops.deploy.kinds import agent
from csvgate_ops.deploy.preflight.context import Argv, Context, Family

_SUBJECT: Final = "roles of Google's service agents"
_GRANTED_WITH_API: Final[Mapping[str, tuple[str, str, str]]] = {
    "cloudfunctions.googleapis.com": (
        agent.DOMAINS_FOR_KEYS["cloudfunctions.googleapis.com"],
        "roles/cloudfunctions.serviceAgent",
        "functions cannot be deployed",
    ),
    "run.googleapis.com": (
        agent.DOMAINS_FOR_KEYS["run.googleapis.com"],
        "roles/run.serviceAgent",
        "images cannot be pulled and functions do not start",
    ),
    "cloudbuild.googleapis.com": (
        "gcp-sa-cloudbuild",
        "roles/cloudbuild.serviceAgent",
        "images cannot be built",
    ),
}
"""API → domain of its agent, the role that it has from the moment when the API is enabled, and the
consequence if that is missing."""
_EVENTARC: Final = (
    agent.DOMAINS["eventarc.googleapis.com"],
    "roles/eventarc.serviceAgent",
    "triggers cannot be created",
)
"""This one gets its role with the first Eventarc resource."""


def _policy(context: Context) -> Argv:
    return ("gcloud", "projects", "get-iam-policy", context.place.project)


def _triggers(context: Context) -> Argv:
    location = f"--location={context.place.region}"
    return ("gcloud", "eventarc", "triggers", "list", location, context.where)


def reads(context: Context) -> Iterator[Argv]:
    yield _policy(context)
    if "eventarc.googleapis.com" in context.apis:
        yield _triggers(context)


def find(context: Context) -> Iterator[Check]:
    policy = context.reader.read(_policy(context))
    granted = {(b["role"], m) for b in policy.get("bindings", ()) for m in b.get("members", ())}
    expected = [agents for api, agents in _GRANTED_WITH_API.items() if api in context.apis]
    if "eventarc.googleapis.com" in context.apis and context.reader.read(_triggers(context)):
        expected.append(_EVENTARC)
    if not expected:
        yield Check(_SUBJECT, skipped="Google grants them when deploy has enabled the APIs")
        return
    faults = tuple(
        _fault(context, role, member, consequence)
        for domain, role, consequence in expected
        if (role, member := _member(context, domain)) not in granted
    )
    yield Check(_SUBJECT, f"all {len(expected)}", faults)


def _member(context: Context, domain: str) -> str:
    return f"serviceAccount:service-{context.number}@{domain}.iam.gserviceaccount.com"


def _fault(context: Context, role: str, member: str, consequence: str) -> Fault:
    grant = (
        f"gcloud projects add-iam-policy-binding {context.place.project} --member={member} "
        f"--role={role} --condition=None"
    )
    email = member.partition(":")[2]
    return Fault("agent.role", f"{email} lacks {role}: {consequence}", (grant,))


FAMILY = Family(_SUBJECT, find, reads)
