"""IAM on each kind of resource: the commands that grant and revoke a role, and those that read."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from csvgate_ops.deploy.kinds import dataset, trigger_subscription
from csvgate_ops.deploy.kinds.kind import Reader
from csvgate_ops.deploy.plan.model import Binding, Command, Key, Place

PUBLIC = ("allUsers", "allAuthenticatedUsers")
CONDITION_TITLE = "csvgate"


def _run(place: Place, name: str) -> tuple[tuple[str, ...], str, tuple[str, ...]]:
    return ("gcloud", "run", "services"), name, (f"--region={place.region}",)


_TARGETS: Mapping[str, Callable[[Place, str], tuple[tuple[str, ...], str, tuple[str, ...]]]] = {
    "project": lambda place, _: (("gcloud", "projects"), place.project, ()),
    "account": lambda place, name: (("gcloud", "iam", "service-accounts"), place.email(name), ()),
    "secret": lambda _, name: (("gcloud", "secrets"), name, ()),
    "repository": lambda place, name: (
        ("gcloud", "artifacts", "repositories"),
        name,
        (f"--location={place.region}",),
    ),
    "bucket": lambda _, name: (("gcloud", "storage", "buckets"), f"gs://{name}", ()),
    "topic": lambda _, name: (("gcloud", "pubsub", "topics"), name, ()),
    "trigger-subscription": lambda _, name: (
        ("gcloud", "pubsub", "subscriptions"),
        f"${{{trigger_subscription.variable(name)}}}",
        (),
    ),
    "function": _run,
}
"""Kind → group of commands, what they call the resource, flags that say where it is."""


def grant(place: Place, binding: Binding) -> Command:
    return _change(place, binding, "add", "GRANT", "TO")


def revoke(place: Place, binding: Binding) -> Command:
    return _change(place, binding, "remove", "REVOKE", "FROM")


def _change(place: Place, binding: Binding, verb: str, dcl: str, joint: str) -> Command:
    preposition = "to" if verb == "add" else "from"
    why = f"{binding.role} on {binding.on} {preposition} {who(binding.member)}"
    if binding.on.kind == "dataset":
        # Datasets have no such command; a statement touches one role and nobody else's access.
        public = "specialGroup:" if binding.member in PUBLIC else ""
        statement = (
            f"{dcl} `{binding.role}` ON SCHEMA `{place.project}`.{binding.on.name} "
            f'{joint} "{public}{binding.member}"'
        )
        location = f"--location={place.bigquery_location}"
        argv = (*dataset.bq(place), location, "query", "--nouse_legacy_sql", statement)
        return Command(argv, why)
    group, name, where = _TARGETS[binding.on.kind](place, binding.on.name)
    project = () if binding.on.kind == "project" else (f"--project={place.project}",)
    role = (f"--member={binding.member}", f"--role={binding.role}")
    argv = (*group, f"{verb}-iam-policy-binding", name, *where, *project, *role)
    return Command((*argv, *_condition(binding)), why)


def who(member: str) -> str:
    """`csvgate-enrich`, `gcp-sa-pubsub`, `allUsers`."""
    name, _, domain = member.partition(":")[2].partition("@")
    return (domain.partition(".")[0] if "${" in name else name) or member


def _condition(binding: Binding) -> tuple[str, ...]:
    if binding.condition:
        return (f"--condition=^;^title={CONDITION_TITLE};expression={binding.condition}",)
    # Without it gcloud refuses to touch a policy that has a condition somewhere.
    return ("--condition=None",) if binding.on.kind == "project" else ()


def read(place: Place, on: Key, reader: Reader, names: Mapping[Key, str]) -> Iterator[Binding]:
    """What a resource that is there grants. `names` has the true names of those that are known
    here by a variable."""
    if on.kind == "dataset":
        yield from _dataset(on, reader.read(dataset.describe(place, on.name)))
        return
    group, name, where = _TARGETS[on.kind](place, on.name)
    project = () if on.kind == "project" else (f"--project={place.project}",)
    policy = reader.read((*group, "get-iam-policy", names.get(on, name), *where, *project))
    for item in policy.get("bindings", ()):
        condition = item.get("condition", {}).get("expression", "")
        for member in item.get("members", ()):
            yield Binding(on, item["role"], member, condition)


def _dataset(on: Key, described: Mapping[str, Any]) -> Iterator[Binding]:
    """BigQuery reports its three predefined roles by the names they once had."""
    old = {"OWNER": "dataOwner", "WRITER": "dataEditor", "READER": "dataViewer"}
    for entry in described.get("access", ()):
        role = entry.get("role", "")
        if role in old:
            role = f"roles/bigquery.{old[role]}"
        if email := entry.get("userByEmail"):
            kind = "serviceAccount" if email.endswith(".gserviceaccount.com") else "user"
            yield Binding(on, role, f"{kind}:{email}")
        elif entry.get("iamMember") or entry.get("specialGroup") in PUBLIC:
            yield Binding(on, role, entry.get("iamMember") or entry["specialGroup"])
