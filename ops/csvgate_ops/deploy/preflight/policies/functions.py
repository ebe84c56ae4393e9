"""Policies about Cloud Run functions."""

from collections.abc import Mapping
from typing import Final

from csvgate_ops.deploy.doctor.model import Fault
from csvgate_ops.deploy.preflight.context import Context
from csvgate_ops.deploy.preflight.policies.effective import EffectivePolicy
from csvgate_ops.deploy.preflight.policies.rule import ASK, Found, Rule, judged, switch_off

_INGRESS: Final[Mapping[str, tuple[str, str]]] = {
    "all": ("all", "ALLOW_ALL"),
    "internal-and-gclb": ("internal-and-cloud-load-balancing", "ALLOW_INTERNAL_AND_GCLB"),
    "internal-only": ("internal", "ALLOW_INTERNAL_ONLY"),
}
"""Ingress → what Cloud Run and Cloud Functions call it in their policies."""


def run_ingress(context: Context, policy: EffectivePolicy) -> Found:
    yield from _ingress(context, policy, 0)


def function_ingress(context: Context, policy: EffectivePolicy) -> Found:
    yield from _ingress(context, policy, 1)


def _ingress(context: Context, policy: EffectivePolicy, name: int) -> Found:
    code, verdict = "policy.ingress", policy.allows(_INGRESS["internal-only"][name])
    what = "functions with internal ingress, which csvgate needs"
    yield from judged(policy, verdict, code, what)
    console = context.topology.console
    if console is not None and console.ingress != "internal-only":
        verdict = policy.allows(_INGRESS[console.ingress][name])
        remedy = f"change `console.ingress` in {context.file}"
        yield from judged(
            policy, verdict, code, f"a console with ingress {console.ingress}", remedy
        )


def generation(_context: Context, policy: EffectivePolicy) -> Found:
    what = "functions of the 2nd generation, which csvgate needs"
    yield from judged(policy, policy.allows("2ndGen"), "policy.generation", what)


def run_egress(context: Context, policy: EffectivePolicy) -> Found:
    """If this list is limited, every function must have egress through a VPC."""
    network = context.settings.network
    if network is None:
        if policy.restricts:
            yield _needs_network(context, policy)
        return
    yield from _egress(context, policy, network.egress)


def function_egress(context: Context, policy: EffectivePolicy) -> Found:
    network = context.settings.network
    if network is not None and context.connector:
        wanted = network.egress.replace("-", "_").upper()
        yield from _egress(context, policy, wanted)


def _egress(context: Context, policy: EffectivePolicy, wanted: str) -> Found:
    what, remedy = f"egress {wanted}", f"change `network.egress` in {context.file}"
    yield from judged(policy, policy.allows(wanted), "policy.egress", what, remedy)


def needs_connector(context: Context, policy: EffectivePolicy) -> Found:
    if policy.enforced and not context.connector:
        description = (
            f"{policy.constraint} refuses functions without a VPC connector: set "
            f"`network.connector` in {context.file}, or {ASK}"
        )
        yield Fault("policy.connector", description, switch_off(context, policy))


def _needs_network(context: Context, policy: EffectivePolicy) -> Fault:
    description = (
        f"{policy.constraint} refuses functions without egress through a VPC: set `network` in "
        f"{context.file}, or {ASK}"
    )
    return Fault("policy.network", description)


def binary_authorization(_context: Context, policy: EffectivePolicy) -> Found:
    """If this list is limited, every service must name a policy of Binary Authorization."""
    if policy.restricts:
        description = (
            f"{policy.constraint} refuses functions without Binary Authorization, which deploy "
            f"does not set up: {ASK}"
        )
        yield Fault("policy.binary_authorization", description)


def account_creation(context: Context, policy: EffectivePolicy) -> Found:
    if not policy.enforced:
        return
    listing = ("gcloud", "iam", "service-accounts", "list", context.where)
    known = "iam.googleapis.com" in context.apis
    existing = {a["email"] for a in context.reader.read(listing)} if known else set()
    missing = [n for n in context.names("account") if context.place.email(n) not in existing]
    if missing:
        description = f"{policy.constraint} refuses service accounts {', '.join(missing)}: {ASK}"
        yield Fault("policy.account", description, switch_off(context, policy))


RULES: Final = (
    Rule("run.allowedIngress", run_ingress),
    Rule("run.allowedVPCEgress", run_egress),
    Rule("run.allowedBinaryAuthorizationPolicies", binary_authorization),
    Rule("cloudfunctions.allowedIngressSettings", function_ingress),
    Rule("cloudfunctions.allowedVpcConnectorEgressSettings", function_egress),
    Rule("cloudfunctions.requireVPCConnector", needs_connector),
    Rule("cloudfunctions.restrictAllowedGenerations", generation),
    Rule("iam.disableServiceAccountCreation", account_creation),
)
"""iam.disableServiceAccountKeyCreation is not among them: nothing uses keys."""
