"""Each fault is found in recorded answers, with its fix, and no other."""

import re
from collections.abc import Callable, Collection
from typing import Any

import pytest

from csvgate_ops.deploy.deployer.permissions import DEPLOYS, GRANT
from csvgate_ops.deploy.doctor.view import lines, summary
from csvgate_ops.deploy.preflight.access.granted import NotTested
from csvgate_ops.deploy.preflight.access.permissions import _role
from csvgate_ops.deploy.preflight.examine import examine
from unit.deploy.plan.environments import with_console
from unit.deploy.preflight.recorded import (
    DISABLED,
    FORBIDDEN,
    LOGGED_OUT,
    NUMBER,
    NoGcloud,
    Recorded,
    agent,
    answers,
    check,
    faults,
    preflight,
    quota,
    request,
)

PROJECT = "example-csvgate-prod"
AT = f"--project={PROJECT}"
ACCESS = "gcloud compute networks vpc-access connectors"
CPU, MEMORY = "run.googleapis.com/cpu_allocation", "run.googleapis.com/mem_allocation"
TOOLS = {"Google Cloud SDK": "500.0.0", "bq": "2.1.0", "beta": "1"}
REFUSED = {"HTTPError 403: ann does not have storage.buckets.get access (or it may not exist)"}


def bindings(*domains: str) -> dict[str, Any]:
    names = {"gcf-admin-robot": "cloudfunctions", "serverless-robot-prod": "run"}
    names |= {"gcp-sa-cloudbuild": "cloudbuild", "gcp-sa-eventarc": "eventarc"}
    granted = ((f"roles/{names[d]}.serviceAgent", agent(d)) for d in domains)
    return {"bindings": [{"role": role, "members": [member]} for role, member in granted]}


CASES: list[tuple[str, dict[str, Any], str, list[str]]] = [
    (
        "gcloud.component",
        {"gcloud version": TOOLS},
        "component alpha is not installed: alert policies cannot be created",
        ["gcloud components install alpha"],
    ),
    (
        "billing.disabled",
        {"billing projects": {"billingEnabled": False}},
        f"project {PROJECT} has no billing account: APIs cannot be enabled",
        [
            "gcloud billing accounts list",
            f"gcloud billing projects link {PROJECT} --billing-account=ACCOUNT",
        ],
    ),
    (
        "quota.cpu",
        {"quota list": [quota(CPU, 60_000), quota(MEMORY, 400 * 2**30)]},
        "validate_and_parse may take 100 vCPU (50 instances of 2 vCPU), and the quota is 60: its "
        "deploy would be refused. Set `max_instances` to 30 or less in deploy/env/prod.yaml, or "
        "ask for more",
        [
            "gcloud beta quotas preferences create --service=run.googleapis.com "
            "--quota-id=CpuAllocPerProjectRegion --preferred-value=155000 "
            f"--dimensions=region=europe-west1 {AT}"
        ],
    ),
    (
        "quota.memory_shared",
        {"quota list": [quota(CPU, 200_000), quota(MEMORY, 300 * 2**30)]},
        "all functions together may take 302.5 GiB, and the quota is 300: under load Cloud Run "
        "answers 429 or 503, and events wait. Lower `max_instances` in deploy/env/prod.yaml, or "
        "ask for more",
        [
            "gcloud beta quotas preferences create --service=run.googleapis.com "
            "--quota-id=MemAllocPerProjectRegion --preferred-value=324806901760 "
            f"--dimensions=region=europe-west1 {AT}"
        ],
    ),
    (
        "bucket.taken",
        {f"gs://{PROJECT}-audit": "ERROR: (gcloud.storage.buckets.describe) " + REFUSED.pop()},
        f"gs://{PROJECT}-audit belongs to another project: set another name under `names.buckets` "
        "in deploy/env/prod.yaml",
        [],
    ),
    (
        "network.missing",
        {"connectors describe": "ERROR: (gcloud.x) NOT_FOUND: Resource not found"},
        "does not exist, but deploy/env/prod.yaml names it: functions are not deployed",
        [
            f"{ACCESS} create csvgate --region=europe-west1 {AT} --network=NETWORK --range=RANGE",
        ],
    ),
    (
        "network.state",
        {"connectors describe": {"state": "ERROR", "network": "office"}},
        "is ERROR: functions that use it do not start. Delete and create it",
        [f"{ACCESS} delete csvgate --region=europe-west1 {AT}"],
    ),
    (
        "network.nat",
        {"routers list": [{"network": "https://x/networks/another", "nats": [{"name": "a"}]}]},
        "is missing in europe-west1: all traffic of the functions leaves through this network, so "
        "SendGrid cannot be reached and no email is sent",
        [
            f"gcloud compute routers create csvgate --network=office --region=europe-west1 {AT}",
            "gcloud compute routers nats create csvgate --router=csvgate --region=europe-west1 "
            f"--auto-allocate-nat-external-ips --nat-all-subnet-ip-ranges {AT}",
        ],
    ),
    (
        "agent.role",
        {
            "get-iam-policy": bindings(
                "gcf-admin-robot", "serverless-robot-prod", "gcp-sa-cloudbuild"
            )
        },
        f"service-{NUMBER}@gcp-sa-eventarc.iam.gserviceaccount.com lacks "
        "roles/eventarc.serviceAgent: triggers cannot be created",
        [
            f"gcloud projects add-iam-policy-binding {PROJECT} "
            f"--member={agent('gcp-sa-eventarc')} --role=roles/eventarc.serviceAgent "
            "--condition=None"
        ],
    ),
]


@pytest.mark.parametrize(
    ("code", "changed", "said", "fix"), CASES, ids=[code for code, *_ in CASES]
)
def test_a_fault_is_found_alone_with_its_fix(
    code: str, changed: dict[str, Any], said: str, fix: list[str]
) -> None:
    assert [(code, said, tuple(fix))] == faults(preflight(changed))


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_a_project_that_is_ready_has_no_fault(name: str) -> None:
    outcome = preflight(name=name)
    assert [] == faults(outcome)
    assert outcome.is_readable
    assert {"SendGrid"} == {c.subject for c in outcome.checks if c.state == "skipped"}


def test_each_command_runs_once() -> None:
    run = Recorded(answers(PROJECT))
    examine(request(run))
    assert sorted(set(run.asked)) == sorted(run.asked)


def lacking(*names: str) -> Callable[[Collection[str]], frozenset[str]]:
    return lambda permissions: frozenset(permissions) - set(names)


def test_missing_permissions_are_named_with_the_role_that_brings_them() -> None:
    names = ("run.services.setIamPolicy", "vpcaccess.connectors.use", "iam.roles.create")
    grant = f"gcloud projects add-iam-policy-binding {PROJECT} --member=user:ann@example.com "
    roles = {"iam.roleAdmin": names[2], "run.admin": names[0], "vpcaccess.user": names[1]}
    assert [
        (
            "permission.missing",
            f"lacks {permission}",
            (f"{grant}--role=roles/{role} --condition=None",),
        )
        for role, permission in roles.items()
    ] == faults(preflight(granted=lacking(*names)))


def test_an_account_without_any_permission() -> None:
    found = faults(preflight(granted=lambda _: frozenset()))
    roles = [fix[0].partition("--role=roles/")[2].partition(" ")[0] for _, _, fix in found]
    assert sorted(set(roles)) == roles
    assert "storage.admin" in roles
    (pubsub,) = [said for _, said, fix in found if "pubsub.admin" in fix[0]]
    assert re.fullmatch(r"lacks pubsub\.(\w+\.\w+, pubsub\.){2}\w+\.\w+ and \d+ more", pubsub)


def asked(changed: dict[str, Any], name: str, **options: Any) -> set[str]:
    needed = set[str]()

    def granted(permissions: Collection[str]) -> frozenset[str]:
        needed.update(permissions)
        return frozenset(permissions)

    preflight(changed, name, granted=granted, **options)
    return needed


def test_the_permissions_are_those_of_the_account_that_deploys() -> None:
    """What exists already is not created, so that its account may not create any."""
    accounts = [
        {"email": f"csvgate-{name}@{PROJECT}.iam.gserviceaccount.com"}
        for name in ("validate", "enrich", "notify", "triggers", "build")
    ]
    there = {"service-accounts list": accounts, "roles describe csvgateLoader": {"title": "t"}}
    unused = ("cloudkms.", "cloudscheduler.", "compute.", "iap.")
    deploys = {name for name in DEPLOYS if not name.startswith(unused)}
    assert deploys | {*GRANT} == asked(there, "prod")
    create = {"iam.roles.create", "iam.serviceAccounts.create", "iam.serviceAccounts.actAs"}
    assert create <= asked({}, "prod")
    assert not [name for name in asked({}, "dev") if name.startswith("vpcaccess.")]
    for sign_in in ("iap", "id-token"):
        needed = asked({}, "dev", parts=with_console(sign_in=sign_in))
        assert (sign_in == "iap") == ("iap.webServices.setIamPolicy" in needed)


def test_an_account_that_may_not_list_accounts_lacks_that_permission() -> None:
    granted = lacking("iam.serviceAccounts.list")
    found = faults(preflight({"service-accounts list": FORBIDDEN}, granted=granted))
    assert ["lacks iam.serviceAccounts.list"] == [said for _, said, _ in found]


def test_every_permission_has_a_role() -> None:
    for permission in (*DEPLOYS, *GRANT):
        assert _role(permission)


def test_permissions_that_could_not_be_tested() -> None:
    def unanswered(_permissions: Collection[str]) -> frozenset[str]:
        raise NotTested("testIamPermissions was answered with 503")

    found = check(preflight(granted=unanswered), "permissions")
    assert ("skipped", "testIamPermissions was answered with 503") == (found.state, found.skipped)


@pytest.mark.parametrize(
    ("message", "code", "fix"),
    [
        (LOGGED_OUT, "login.missing", ("gcloud auth login",)),
        (
            "ERROR: (gcloud.x) There was a problem refreshing your current auth tokens: "
            "Reauthentication is needed.",
            "login.missing",
            ("gcloud auth login",),
        ),
        (
            "ERROR: (gcloud.projects.describe) [ann@example.com] does not have permission to "
            "access projects instance [x] (or it may not exist): The caller does not have "
            "permission.",
            "project.unreadable",
            (f"gcloud projects create {PROJECT}",),
        ),
        (
            DISABLED,
            "api.missing",
            (f"gcloud services enable cloudresourcemanager.googleapis.com {AT}",),
        ),
        ("ERROR: (gcloud.x) INTERNAL: try again", "project.unreadable", ()),
    ],
)
def test_a_project_that_cannot_be_read(message: str, code: str, fix: tuple[str, ...]) -> None:
    outcome = preflight({"gcloud projects describe": message})
    assert [(code, fix)] == [(c, f) for c, _, f in faults(outcome)]
    assert not outcome.is_readable
    reasons = {c.skipped for c in outcome.checks if c.state == "skipped"}
    assert {f"project {PROJECT} cannot be read"} == reasons


def test_a_project_that_is_about_to_be_deleted() -> None:
    outcome = preflight({"gcloud projects describe": {"lifecycleState": "DELETE_REQUESTED"}})
    (fault,) = faults(outcome)
    assert ("project.inactive", (f"gcloud projects undelete {PROJECT}",)) == (fault[0], fault[2])
    assert not outcome.is_readable


def test_without_gcloud() -> None:
    outcome = examine(request(NoGcloud()))
    assert ["gcloud.missing"] == [code for code, *_ in faults(outcome)]
    assert not outcome.is_readable


def test_a_service_account_and_impersonation() -> None:
    robot = "robot@x.iam.gserviceaccount.com"
    settings = {
        "core": {"account": "ann@example.com"},
        "auth": {"impersonate_service_account": robot},
    }
    outcome = preflight({"config list": settings}, granted=lacking("run.services.setIamPolicy"))
    (fault,) = faults(outcome)
    assert f"--member=serviceAccount:{robot} " in fault[2][0]


@pytest.mark.parametrize("message", [FORBIDDEN, DISABLED, "ERROR: (gcloud.x) UNAVAILABLE"])
@pytest.mark.parametrize(
    ("command", "subject"),
    [
        ("billing projects", "billing"),
        ("quota list", "quotas of Cloud Run"),
        ("buckets list", "names of buckets"),
        ("connectors describe", "network"),
        ("routers list", "network"),
        ("get-iam-policy", "roles of Google's service agents"),
    ],
)
def test_a_command_that_is_refused_is_no_fault(command: str, subject: str, message: str) -> None:
    """The check could not be made, and says why."""
    outcome = preflight({command: message})
    assert [] == faults(outcome)
    (found,) = [c for c in outcome.checks if c.subject == subject and c.state == "skipped"]
    assert message.partition(") ")[2][:40] in found.skipped
    assert "\n" not in found.skipped


def test_apis_that_deploy_enables_are_no_fault() -> None:
    few = [{"name": f"projects/1/services/{a}.googleapis.com"} for a in ("serviceusage", "storage")]
    outcome = preflight({"services list": few})
    assert [] == faults(outcome)
    assert "deploy enables the others" in check(outcome, "APIs").result
    skipped = {c.subject for c in outcome.checks if c.state == "skipped"}
    assert {
        "quotas of Cloud Run",
        "VPC connector csvgate",
        "roles of Google's service agents",
        "SendGrid",
    } == skipped


def test_no_api_can_be_enabled_without_service_usage() -> None:
    (fault,) = faults(preflight({"services list": DISABLED}))
    enable = f"gcloud services enable serviceusage.googleapis.com {AT}"
    assert ("api.missing", (enable,)) == (fault[0], fault[2])


def test_a_nat_gateway_may_be_in_the_host_project_of_a_shared_network() -> None:
    connector = {"state": "READY", "subnet": {"name": "s", "projectId": "net-host"}}
    run = Recorded({**answers(PROJECT), "connectors describe": connector})
    assert [] == faults(examine(request(run)))
    (listing,) = [command for command in run.asked if "routers list" in command]
    assert "--project=net-host" in listing


def test_only_traffic_to_private_addresses_needs_no_nat_gateway() -> None:
    outcome = preflight({"routers list": []}, name="staging")
    assert [] == faults(outcome)
    assert not [c for c in outcome.checks if c.subject.startswith("Cloud NAT")]


def test_lines() -> None:
    outcome = preflight({"billing projects": {"billingEnabled": False}})
    text = list(lines(outcome.checks))
    assert "fault" in next(line for line in text if "billing" in line)
    assert any("gcloud billing projects link" in line for line in text)
    ending = summary(outcome.checks, PROJECT)
    assert ending.startswith("1 fault in ")
    assert "1 check could not be made" in ending
