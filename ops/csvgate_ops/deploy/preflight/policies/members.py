"""The policy about whom roles may be granted to: iam.allowedPolicyMemberDomains."""

from typing import Final

from csvgate_ops.deploy.doctor.model import Fault
from csvgate_ops.deploy.preflight.context import Context
from csvgate_ops.deploy.preflight.policies.effective import EffectivePolicy
from csvgate_ops.deploy.preflight.policies.rule import ASK, Found, Rule

_ORGANIZATION: Final = "organizations/"


def members(context: Context, policy: EffectivePolicy) -> Found:
    """The project's accounts belong to its organization, which the policy must therefore name."""
    if not policy.restricts:
        return
    description = f"{policy.constraint} refuses roles for the service accounts of this project"
    if policy.denies_all:
        yield Fault("policy.members", f"{description}: {ASK}")
        return
    project = context.place.project
    ancestors = context.reader.read(("gcloud", "projects", "get-ancestors", project))
    number = next((str(a["id"]) for a in ancestors if a.get("type") == "organization"), "")
    if not number:
        yield f"the organization of project {project} is not known"
        return
    organization = context.reader.read(("gcloud", "organizations", "describe", number))
    customer = str((organization.get("owner") or {}).get("directoryCustomerId") or "")
    if policy.allows(customer) or any(e.endswith(_ORGANIZATION + number) for e in policy.allowed):
        yield from _of_console(context, policy, str(organization.get("displayName") or ""))
        return
    yield Fault("policy.members", f"{description}: add {customer} of organization {number} to it")


def _of_console(context: Context, policy: EffectivePolicy, domain: str) -> Found:
    console = context.topology.console
    own = (f"@{domain}", f"@{context.place.project}.iam.gserviceaccount.com")
    others = [m for m in console.members if not m.endswith(own)] if console else []
    if others:
        yield (
            f"{policy.constraint} names customers, and whether these members of the console belong "
            f"to one of them is not known here: {', '.join(others)}"
        )


RULES: Final = (Rule("iam.allowedPolicyMemberDomains", members),)
