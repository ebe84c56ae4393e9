"""What only a doctor asks of accounts, functions, triggers and their subscriptions."""

from collections.abc import Iterator

from csvgate_ops.deploy.doctor import fixes
from csvgate_ops.deploy.doctor.model import Facts, Fault
from csvgate_ops.deploy.doctor.words import CONSEQUENCES
from csvgate_ops.deploy.kinds.account import ACCOUNTS
from csvgate_ops.deploy.kinds.trigger import TRIGGERS
from csvgate_ops.deploy.plan.model import Command, Key


def special(facts: Facts, key: Key) -> Iterator[Fault]:
    """The faults of a resource that is there, beyond fields that differ from the topology's."""
    match key.kind:
        case "account" if key.name in facts.disabled:
            yield _fault("account.disabled", "is disabled", _enable(facts, key.name))
        case "function" if key.name in facts.own_triggers:
            path = facts.own_triggers[key.name]
            said = f"has a trigger of its own, {path.rpartition('/')[2]}"
            yield _fault("function.own_trigger", said, _delete(facts, path))
        case "trigger" if key.name in facts.once_only:
            again = fixes.made_again(facts, key, facts.observed.resources[key])
            yield _fault("trigger.once_only", "tries once", again)
        case "trigger-subscription":
            yield from _subscription(facts, key)


def _subscription(facts: Facts, key: Key) -> Iterator[Fault]:
    resources, trigger = facts.observed.resources, Key("trigger", key.name)
    if key.name in facts.unpushed:
        again = fixes.made_again(facts, trigger, resources[trigger])
        yield _fault("trigger-subscription.unpushed", "pushes nowhere", again)
    function = resources.get(Key("function", str(resources[trigger]["service"])))
    if function is None:
        return
    deadline, timeout = int(str(resources[key]["ack_deadline"])), int(str(function["timeout"]))
    wanted = next(r for r in facts.desired.resources if r.key == key).fields["ack_deadline"]
    # A deadline that is not the topology's is a fault already.
    if deadline < timeout and deadline == wanted:
        said = f"ack deadline {deadline} s, its function may run for {timeout} s"
        yield _fault("trigger-subscription.ack_deadline", said, fixes.deploy(facts))


def _fault(code: str, said: str, fix: tuple[str, ...]) -> Fault:
    return Fault(code, f"{said}: {CONSEQUENCES[code]}", fix)


def _enable(facts: Facts, account: str) -> tuple[str, ...]:
    place = facts.desired.place
    argv = (*ACCOUNTS, "enable", place.email(account), f"--project={place.project}")
    return fixes.commands(facts, [Command(argv, "enable")])


def _delete(facts: Facts, trigger: str) -> tuple[str, ...]:
    """`trigger` is a full path: projects/P/locations/L/triggers/NAME."""
    return fixes.commands(facts, [Command((*TRIGGERS, "delete", trigger), "its own trigger")])
