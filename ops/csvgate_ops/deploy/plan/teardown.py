"""The way back: what `deploy` made is removed, data only when asked for.

Data are the buckets, the datasets, the secrets' values, and dead letters with their topics. What
may serve others in the project stays: enabled APIs, Google's service agents, the role of Storage's.
"""

from collections.abc import Iterator

from csvgate_ops.deploy.kinds import KINDS
from csvgate_ops.deploy.plan import policies, watching
from csvgate_ops.deploy.plan.model import Binding, Desired, Key, Observed, Plan, Stage, Step
from csvgate_ops.deploy.plan.planner import with_lookups

ORDER = (
    ("Triggers and their subscriptions", ("trigger",)),
    ("Functions", ("function",)),
    ("Images", ("repository",)),
    ("Subscriptions that people read", ("subscription",)),
    ("Topics", ("topic",)),
    ("Datasets", ("dataset",)),
    ("Buckets", ("bucket",)),
    ("Secrets", ("secret",)),
)
DATA = {"bucket", "dataset", "secret", "subscription"}


def teardown(desired: Desired, observed: Observed, *, delete_data: bool) -> Plan:
    gone = set(_gone(desired, observed, delete_data))
    stages = [
        # Before what it watches, or it alerts.
        Stage("What is watched", tuple(watching.removal(desired, observed))),
        *(Stage(t, tuple(_deletions(desired, observed, gone, kinds))) for t, kinds in ORDER),
    ]
    # Before the accounts: afterwards a policy names an account that is no more.
    stages.append(Stage("Roles", tuple(_revocations(desired, observed, gone))))
    accounts = tuple(_deletions(desired, observed, gone, ("account",)))
    stages.append(Stage("Service accounts", accounts))
    return Plan(tuple(with_lookups(desired, (stage for stage in stages if stage.steps))))


def kept(desired: Desired, observed: Observed) -> list[Key]:
    """The data that stay unless told otherwise."""
    gone = set(_gone(desired, observed, delete_data=False))
    everything = set(_gone(desired, observed, delete_data=True))
    return [r.key for r in desired.resources if r.key in everything - gone]


def _gone(desired: Desired, observed: Observed, delete_data: bool) -> Iterator[Key]:
    lettered = {r.fields["topic"] for r in desired.resources if r.key.kind == "subscription"}
    for resource in desired.resources:
        key = resource.key
        if key not in observed.resources or KINDS[key.kind].delete is None:
            continue
        data = key.kind in DATA or (key.kind == "topic" and key.name in lettered)
        if delete_data or not data:
            yield key


def _deletions(
    desired: Desired, observed: Observed, gone: set[Key], kinds: tuple[str, ...]
) -> Iterator[Step]:
    # The other way round: who sends messages goes before who takes them.
    for resource in reversed(desired.resources):
        key = resource.key
        delete = KINDS[key.kind].delete
        if key in gone and key.kind in kinds and delete is not None:
            yield from delete(desired.place, key, observed.resources[key])


def _revocations(desired: Desired, observed: Observed, gone: set[Key]) -> Iterator[Step]:
    for binding in sorted(observed.bindings):
        if binding.on not in gone and _ours(binding, desired):
            yield policies.revoke(desired.place, binding)


def _ours(binding: Binding, desired: Desired) -> bool:
    """Given by deploy, and of no use to anybody else. What is on a trigger's subscription goes with
    the trigger."""
    if binding.on.kind == "trigger-subscription":
        return False
    if binding.on.kind == "project":
        return binding.member in desired.members
    return binding.member in desired.members or binding in desired.bindings
