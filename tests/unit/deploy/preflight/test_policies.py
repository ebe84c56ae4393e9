"""Organization policies are compared with what an environment creates."""

from typing import Any

import pytest

from csvgate_ops.deploy.preflight.examine import Outcome
from csvgate_ops.deploy.preflight.policies.check import RULES, SUBJECT
from csvgate_ops.deploy.preflight.policies.effective import EffectivePolicy
from csvgate_ops.deploy.preflight.policies.locations import includes
from unit.deploy.plan.environments import environment, with_console
from unit.deploy.preflight.recorded import DISABLED, FORBIDDEN, check, faults, preflight

DENY: dict[str, Any] = {"listPolicy": {"allValues": "DENY"}}
ON: dict[str, Any] = {"booleanPolicy": {"enforced": True}}
ASK = "ask an administrator of the organization for an exception"


CONSOLE = "console"
"""The environment dev, with a topology that has a console."""


def examined(changed: dict[str, Any], name: str) -> Outcome:
    if name != CONSOLE:
        return preflight(changed, name)
    members = ["group:csvgate-operators@acme.example", "user:ada@acme.example"]
    parts = with_console(ingress="internal-and-gclb", members=members)
    return preflight(changed, "dev", parts=parts)


def only(*values: str) -> dict[str, Any]:
    return {"listPolicy": {"allowedValues": list(values)}}


def all_but(*values: str) -> dict[str, Any]:
    return {"listPolicy": {"deniedValues": list(values)}}


# Constraint, policy, environment, the codes of the faults, and words of the first description.
CASES: list[tuple[str, dict[str, Any], str, list[str], str]] = [
    (
        "gcp.resourceLocations",
        only("in:us-locations", "global"),
        "prod",
        ["policy.location"] * 3,
        "gcp.resourceLocations refuses functions and images in europe-west1: set `region` in "
        f"deploy/env/prod.yaml to a location that the policy allows, or {ASK}",
    ),
    (
        "gcp.resourceLocations",
        only("in:europe-west1-locations", "global"),
        "prod",
        ["policy.location"] * 2,
        "refuses buckets in eu: set `bucket_location`",
    ),
    (
        "gcp.resourceLocations",
        all_but("EU"),
        "dev",
        ["policy.location"],
        "refuses datasets in EU: set `bigquery_location`",
    ),
    (
        "gcp.resourceLocations",
        only("in:eu-locations"),
        "prod",
        ["policy.secret"],
        "refuses secret sendgrid-api-key with automatic replication: set `secret_locations` in "
        "deploy/env/prod.yaml, for example to [europe-west1]",
    ),
    (
        "gcp.restrictNonCmekServices",
        all_but("storage.googleapis.com", "is:bigquery.googleapis.com", "sqladmin.googleapis.com"),
        "dev",
        ["policy.encryption"] * 2,
        "refuses resources of bigquery.googleapis.com without a key of your own",
    ),
    (
        "gcp.restrictServiceUsage",
        all_but("eventarc.googleapis.com"),
        "dev",
        ["policy.service"],
        "refuses eventarc.googleapis.com",
    ),
    ("run.allowedIngress", DENY, "dev", ["policy.ingress"], "functions with internal ingress"),
    (
        "run.allowedIngress",
        only("is:internal-and-cloud-load-balancing"),
        "dev",
        ["policy.ingress"],
        "functions with internal ingress",
    ),
    (
        "run.allowedIngress",
        only("internal"),
        CONSOLE,
        ["policy.ingress"],
        "a console with ingress internal-and-gclb: change `console.ingress` in deploy/env/dev.yaml",
    ),
    (
        "cloudfunctions.allowedIngressSettings",
        only("ALLOW_INTERNAL_ONLY", "ALLOW_ALL"),
        CONSOLE,
        ["policy.ingress"],
        "a console with ingress internal-and-gclb",
    ),
    (
        "cloudfunctions.allowedIngressSettings",
        only("ALLOW_ALL"),
        "dev",
        ["policy.ingress"],
        "functions with internal ingress",
    ),
    (
        "run.allowedVPCEgress",
        only("private-ranges-only"),
        "prod",
        ["policy.egress"],
        "refuses egress all-traffic: change `network.egress` in deploy/env/prod.yaml",
    ),
    (
        "run.allowedVPCEgress",
        only("all-traffic"),
        "dev",
        ["policy.network"],
        "refuses functions without egress through a VPC: set `network` in deploy/env/dev.yaml",
    ),
    (
        "cloudfunctions.allowedVpcConnectorEgressSettings",
        only("ALL_TRAFFIC"),
        "staging",
        ["policy.egress"],
        "refuses egress PRIVATE_RANGES_ONLY",
    ),
    (
        "cloudfunctions.requireVPCConnector",
        ON,
        "dev",
        ["policy.connector"],
        "refuses functions without a VPC connector: set `network.connector` in deploy/env/dev.yaml",
    ),
    (
        "cloudfunctions.restrictAllowedGenerations",
        only("1stGen"),
        "dev",
        ["policy.generation"],
        "refuses functions of the 2nd generation",
    ),
    (
        "run.allowedBinaryAuthorizationPolicies",
        only("projects/secure/platforms/cloudRun/policies/signed"),
        "dev",
        ["policy.binary_authorization"],
        "refuses functions without Binary Authorization",
    ),
    (
        "storage.retentionPolicySeconds",
        only("34560000"),
        "dev",
        ["policy.retention"],
        "refuses the retention of example-csvgate-dev-uploads, example-csvgate-dev-rejects, "
        "example-csvgate-dev-staging, example-csvgate-dev-ledger, example-csvgate-dev-references",
    ),
    (
        "iam.disableServiceAccountCreation",
        ON,
        "dev",
        ["policy.account"],
        "refuses service accounts csvgate-validate, csvgate-enrich",
    ),
    (
        "iam.allowedPolicyMemberDomains",
        only("is:C99zzzzzz"),
        "dev",
        ["policy.members"],
        "refuses roles for the service accounts of this project: add C01abcdef of organization 987",
    ),
    (
        "iam.allowedPolicyMemberDomains",
        DENY,
        "dev",
        ["policy.members"],
        "refuses roles for the service accounts of this project",
    ),
]


@pytest.mark.parametrize(
    ("constraint", "policy", "name", "codes", "said"), CASES, ids=[c[0] for c in CASES]
)
def test_a_policy_that_refuses_something(
    constraint: str, policy: dict[str, Any], name: str, codes: list[str], said: str
) -> None:
    found = faults(examined({f"describe {constraint} ": policy}, name))
    assert codes == [code for code, *_ in found]
    assert said in found[0][1]
    assert constraint in found[0][1]


@pytest.mark.parametrize(
    ("constraint", "policy", "name"),
    [
        ("gcp.resourceLocations", only("in:europe-locations", "global"), "prod"),
        ("gcp.resourceLocations", only("EU", "is:europe-west1", "global"), "prod"),
        ("gcp.resourceLocations", all_but("in:us-locations", "in:asia-locations"), "prod"),
        ("gcp.restrictNonCmekServices", all_but("sqladmin.googleapis.com"), "dev"),
        ("gcp.restrictServiceUsage", all_but("compute.googleapis.com"), "dev"),
        ("run.allowedIngress", only("internal"), "dev"),
        ("run.allowedIngress", only("internal", "internal-and-cloud-load-balancing"), CONSOLE),
        ("cloudfunctions.allowedIngressSettings", all_but("ALLOW_ALL"), CONSOLE),
        ("run.allowedVPCEgress", only("all-traffic"), "prod"),
        ("cloudfunctions.allowedVpcConnectorEgressSettings", only("ALL_TRAFFIC"), "dev"),
        ("cloudfunctions.requireVPCConnector", ON, "staging"),
        ("storage.uniformBucketLevelAccess", ON, "dev"),
        ("iam.allowedPolicyMemberDomains", only("C99", "C01abcdef"), "dev"),
        (
            "iam.allowedPolicyMemberDomains",
            only("principalSet://cloudresourcemanager.googleapis.com/organizations/987"),
            "dev",
        ),
    ],
)
def test_a_policy_that_refuses_nothing(constraint: str, policy: dict[str, Any], name: str) -> None:
    outcome = examined({f"describe {constraint} ": policy}, name)
    assert [] == faults(outcome)
    assert (
        f"{len(RULES)} policies of the organization refuse nothing"
        == check(outcome, SUBJECT).result
    )


def test_members_of_the_console_may_be_of_another_organization() -> None:
    changed = {
        "describe iam.allowedPolicyMemberDomains ": only("C01abcdef"),
        "organizations describe": {
            "displayName": "acme.com",
            "owner": {"directoryCustomerId": "C01abcdef"},
        },
    }
    outcome = examined(changed, CONSOLE)
    assert [] == faults(outcome)
    (skipped,) = [c.skipped for c in outcome.checks if c.subject == SUBJECT and c.skipped]
    assert "group:csvgate-operators@acme.example, user:ada@acme.example" in skipped
    changed["organizations describe"]["displayName"] = "acme.example"
    checks = examined(changed, CONSOLE).checks
    assert not [c for c in checks if c.subject == SUBJECT and c.skipped]


@pytest.mark.parametrize("kind", ["organization", "folder"])
def test_signing_in_needs_an_organization_or_an_oauth_client(kind: str) -> None:
    subject = "signing in to the console"
    found = check(examined({"get-ancestors": [{"id": "987", "type": kind}]}, CONSOLE), subject)
    assert (kind == "organization") == ("ok" == found.state)
    assert (kind == "folder") == ("console.sign_in: id-token" in found.skipped)
    assert not [c for c in preflight({}, "dev").checks if c.subject == subject]


def test_accounts_and_secrets_that_exist_already_are_not_refused() -> None:
    place = environment("dev").project
    topology_accounts = ("validate", "enrich", "notify", "triggers", "build")
    emails = [f"csvgate-{n}@{place}.iam.gserviceaccount.com" for n in topology_accounts]
    changed = {
        "iam.disableServiceAccountCreation": ON,
        "describe gcp.resourceLocations": only("in:eu-locations"),
        "service-accounts list": [{"email": email} for email in emails],
        "secrets describe": {"name": "projects/1/secrets/sendgrid-api-key"},
    }
    assert [] == faults(preflight(changed, "dev"))


def test_what_a_group_contains_may_be_unknown() -> None:
    outcome = preflight(
        {"describe gcp.resourceLocations": only("in:be-locations", "global")}, "dev"
    )
    assert [] == faults(outcome)
    skipped = [c.skipped for c in outcome.checks if c.subject == SUBJECT and c.skipped]
    assert skipped[0] == (
        "gcp.resourceLocations (in:be-locations, global) names groups whose contents are not known "
        "here: compare functions and images in europe-west1 by hand"
    )


@pytest.mark.parametrize("message", [FORBIDDEN, DISABLED])
def test_policies_that_may_not_be_read_are_one_line(message: str) -> None:
    outcome = preflight({"org-policies": message})
    assert [] == faults(outcome)
    (found,) = [c for c in outcome.checks if c.subject == SUBJECT]
    assert "skipped" == found.state


def test_a_constraint_that_the_service_does_not_know_is_not_set() -> None:
    unknown = "ERROR: (gcloud.x) NOT_FOUND: Requested entity was not found."
    assert [] == faults(preflight({"describe run.allowedIngress ": unknown}))


@pytest.mark.parametrize(
    ("entry", "location", "verdict"),
    [
        ("europe-west1", "europe-west1", True),
        ("is:europe-west1", "europe-west1", True),
        ("eu", "EU", True),
        ("eu", "europe-west1", False),
        ("in:europe-west1-locations", "europe-west1", True),
        ("in:europe-west1-locations", "europe-west12", False),
        ("in:europe-west1-locations", "EU", False),
        ("in:eu-locations", "europe-west12", True),
        ("in:eu-locations", "EU", True),
        ("in:eu-locations", "europe-west2", False),
        ("in:eu-locations", "europe-west6", False),
        ("in:eu-locations", "us", False),
        ("in:europe-locations", "europe-west2", True),
        ("in:europe-locations", "EUR4", True),
        ("in:us-locations", "us-central1", True),
        ("in:us-locations", "NAM4", True),
        ("in:us-locations", "northamerica-northeast1", False),
        ("in:northamerica-locations", "us-east1", None),
        ("in:northamerica-locations", "northamerica-south1", True),
        ("in:asia-locations", "asia-northeast1", True),
        ("in:asia-locations", "me-central1", False),
        ("in:de-locations", "europe-west3", None),
        ("in:eu-locations", "global", False),
        ("global", "global", True),
    ],
)
def test_which_locations_an_entry_includes(entry: str, location: str, verdict: bool | None) -> None:
    assert includes(entry, location) is verdict


def test_a_denied_group_that_is_not_known_leaves_it_undecided() -> None:
    policy = EffectivePolicy("c", allowed=("a",), denied=("in:unknown-group",))
    assert policy.allows("a") is None
    assert EffectivePolicy("c", denies_all=True).allows("a") is False
    assert EffectivePolicy("c").allows("a") is True
