"""Parts of the operators' console that a project should not have: access of people who are not
members any more, or the whole console after it was removed from the environment.

Deploy revokes access and roles. It does not delete the function, because the account that deploys
may not delete; the plan, the doctor and the teardown print the commands.
"""

from collections.abc import Iterator
from typing import Final

from csvgate_ops.deploy.kinds import account as account_kind
from csvgate_ops.deploy.kinds import agent, custom_role, function, run_service
from csvgate_ops.deploy.plan import console
from csvgate_ops.deploy.plan.model import Binding, Command, Desired, Fields, Key, Observed
from csvgate_ops.deploy.plan.script import shell_line

WHAT: Final = (
    "the environment has no console any more, so deploy neither updates it nor lets anybody call it"
)


def left_over(desired: Desired, observed: Observed) -> Fields | None:
    """Return the fields of a console that exists but is not desired, or None. Somebody else's
    function with the same name lacks the label that deploy sets."""
    found = observed.resources.get(console.KEY)
    if found is None or is_wanted(desired) or not found["source"]:
        return None
    return found


def is_wanted(desired: Desired) -> bool:
    return any(resource.key == console.KEY for resource in desired.resources)


def account(desired: Desired, observed: Observed) -> str:
    """Return the account of such a console as policies name it, or "". Nothing else may run as it,
    so none of its roles is needed."""
    email = (left_over(desired, observed) or {}).get("service_account")
    return f"serviceAccount:{email}" if email else ""


def access(desired: Desired, observed: Observed) -> Iterator[Binding]:
    """Yield the access to the console of everybody who is not a member."""
    if not is_wanted(desired) and left_over(desired, observed) is None:
        return
    for binding in sorted(observed.bindings - set(desired.bindings)):
        if (binding.on, binding.role) not in console.ACCESS:
            continue
        # The command that switches the proxy off also revokes this role.
        if binding.member == agent.member(agent.IAP) and _leaves_proxy(desired, observed):
            continue
        yield binding


def _leaves_proxy(desired: Desired, observed: Observed) -> bool:
    found = observed.resources.get(console.KEY, {})
    wanted = next((r.fields for r in desired.resources if r.key == console.KEY), {})
    return bool(found.get(run_service.IAP)) and wanted.get(run_service.IAP) is False


def deletion(desired: Desired, observed: Observed) -> tuple[Command, ...]:
    """Return the commands that delete a console that is left over, with its custom role and, if
    the topology does not have it any more, its account."""
    if left_over(desired, observed) is None:
        return ()
    place, owner = desired.place, account(desired, observed)
    role = custom_role.delete(place, Key("custom-role", console.ROLE), {"deleted": False})
    steps = [*function.delete(place, console.KEY, {}), *role]
    name = owner.partition(":")[2].partition("@")[0]
    if owner == f"serviceAccount:{place.email(name)}" and owner not in desired.members:
        steps += account_kind.delete(place, Key("account", name), {})
    return tuple(step for step in steps if isinstance(step, Command))


def notes(desired: Desired, observed: Observed) -> Iterator[str]:
    """Yield lines for people about a console that is left over."""
    commands = deletion(desired, observed)
    if commands:
        yield f"{console.KEY}: {WHAT}. To delete it:"
        yield from (f"  {shell_line(command.argv)}" for command in commands)
