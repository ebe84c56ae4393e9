"""The script that lets GitHub deploy: what it runs, and what its accounts may then do."""

import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner

from csvgate_ops.cli.main import csvgate
from csvgate_ops.deploy import topology as topo
from csvgate_ops.deploy.deployer.accounts import ACCOUNTS
from csvgate_ops.deploy.deployer.conditions import MOST_ROLES, granted_roles, may_grant
from csvgate_ops.deploy.deployer.permissions import DEPLOYS, GRANT, READS
from csvgate_ops.deploy.deployer.script import bootstrap
from csvgate_ops.deploy.environment.overlay import overlay
from csvgate_ops.deploy.plan.ledger_conditions import MOST_OPERATORS
from unit.deploy.plan.environments import (
    COMPANY,
    ENVIRONMENTS,
    EXAMPLES,
    ROOT,
    environment,
    topology,
    wanted,
)

REPOSITORY = "acme-data/csvgate"
DEPLOYER = "serviceAccount:csvgate-deploy@example-csvgate-dev.iam.gserviceaccount.com"
PROJECT_ROLE = re.compile(r"--role=projects/example-csvgate-dev/roles/(\w+)")


def script(name: str) -> str:
    named = overlay(topology(name), environment(name))
    buckets = topo.bucket_names(named, environment(name).project)
    return bootstrap(name, REPOSITORY, wanted(name), buckets)


@cache
def ran(name: str, exists: bool = False) -> tuple[tuple[str, ...], ...]:
    """Run the script with a shell function in place of gcloud, and return the commands that change
    something. `exists` is what every `describe` answers."""
    fake = (
        'gcloud() { [[ " $* " != *" describe "* || $1 == projects ]] || return $MISSING\n'
        'if [[ " $* " == *projectNumber* ]]; then echo 123456789012; return; fi\n'
        'printf "%s\\0" gcloud "$@" >&3; printf "\\n" >&3; }\n'
        "gh() { :; }; bq() { :; }\n"
    )
    done = subprocess.run(
        ["bash", "-c", f"exec 3>&1 1>/dev/null\n{fake}{script(name)}"],
        env={"PATH": "/usr/bin:/bin", "MISSING": "0" if exists else "1"},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert "" == done.stderr
    return tuple(tuple(line.split("\0")[:-1]) for line in done.stdout.splitlines())


def commands(name: str, *words: str) -> Iterator[tuple[str, ...]]:
    yield from (argv for argv in ran(name) if all(word in argv for word in words))


def flag(argv: tuple[str, ...], name: str) -> str:
    (value,) = [part.partition("=")[2] for part in argv if part.startswith(f"--{name}=")]
    return value


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_shellcheck_finds_nothing(name: str, tmp_path: Path) -> None:
    file = tmp_path / "bootstrap.sh"
    file.write_text(script(name))
    shellcheck = ROOT / ".venv" / "bin" / "shellcheck"
    done = subprocess.run([shellcheck, file], capture_output=True, text=True, check=False)
    assert (0, "") == (done.returncode, done.stdout)


def test_it_creates_first_and_updates_afterwards() -> None:
    first, again = ({" ".join(argv[:5]) for argv in ran("dev", exists)} for exists in (False, True))
    roles = ("csvgateLoader", "csvgatePlan", "csvgateDeploy", "csvgateGrant")
    assert {f"gcloud iam roles create {role}" for role in roles} <= first
    assert {f"gcloud iam roles update {role}" for role in roles} <= again
    created = {f"gcloud iam service-accounts create {account.name}" for account in ACCOUNTS}
    assert created <= first
    assert not any(
        " create" in command and "oidc" not in command
        for command in again - {"gcloud beta services identity create"}
    )
    assert "gcloud iam workload-identity-pools providers create-oidc" in first
    assert "gcloud iam workload-identity-pools providers update-oidc" in again


def test_only_tokens_of_the_repository_its_environments_and_main() -> None:
    (provider,) = commands("dev", "create-oidc")
    assert (
        'assertion.repository == "acme-data/csvgate" && (assertion.environment == "dev-plan" || '
        'assertion.environment == "dev" && assertion.ref == "refs/heads/main" || '
        'assertion.environment == "dev-reconcile" && assertion.ref == "refs/heads/main")'
    ) == flag(provider, "attribute-condition")
    pool = "projects/123456789012/locations/global/workloadIdentityPools/github"
    members = {
        argv[4].partition("@")[0]: flag(argv, "member")
        for argv in commands("dev", "--role=roles/iam.workloadIdentityUser")
    }
    assert {
        account: f"principalSet://iam.googleapis.com/{pool}/attribute.environment/{environment}"
        for account, environment in (
            ("csvgate-plan", "dev-plan"),
            ("csvgate-deploy", "dev"),
            ("csvgate-reconcile", "dev-reconcile"),
        )
    } == members


def granted(name: str, account: str) -> set[tuple[str, bool]]:
    """Return the roles of an account on the project, and whether each has a condition."""
    return {
        (flag(argv, "role").rpartition("/")[2], flag(argv, "condition") != "None")
        for argv in commands(name, "projects", "add-iam-policy-binding")
        if flag(argv, "member").startswith(f"serviceAccount:{account}@")
    }


def test_what_each_account_gets() -> None:
    read_contracts = ("storage.objectViewer", True)
    assert {("csvgatePlan", False), read_contracts} == granted("dev", "csvgate-plan")
    assert {
        ("csvgateDeploy", False),
        ("csvgateGrant", True),
        ("storage.objectViewer", True),
        ("storage.objectCreator", True),
        ("storage.objectUser", True),
    } == granted("dev", "csvgate-deploy")
    assert {
        ("storage.objectViewer", True),
        ("bigquery.jobUser", False),
        ("bigquery.dataViewer", False),
    } == granted("dev", "csvgate-reconcile")


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_the_deployer_may_grant_exactly_the_roles_that_a_deploy_grants_on_the_project(
    name: str,
) -> None:
    role = f"--role=projects/{environment(name).project}/roles/csvgateGrant"
    (argv,) = commands(name, role, "add-iam-policy-binding")
    limit = flag(argv, "condition").partition("expression=")[2]
    asked = 'api.getAttribute("iam.googleapis.com/modifiedGrantsByRole", []).hasOnly(['
    assert limit.startswith(asked)
    assert limit.endswith("])")
    needed = {b.role for b in wanted(name).bindings if b.on.kind == "project"}
    assert sorted(needed) == re.findall(r'"([^"]+)"', limit.removeprefix(asked))
    # An earlier condition is removed first: otherwise it would allow what it did.
    order = [argv[2] for argv in commands(name, role)]
    assert ["remove-iam-policy-binding", "add-iam-policy-binding"] == order


def test_more_roles_than_one_condition_can_have() -> None:
    roles = [f"roles/storage.role{number:02}" for number in range(MOST_ROLES + 1)]
    first, second = may_grant(roles).split(" || ")
    assert roles[:-1] == re.findall(r'"(roles[^"]+)"', first)
    assert roles[-1:] == re.findall(r'"(roles[^"]+)"', second)
    assert granted_roles(wanted("dev")) == sorted(granted_roles(wanted("dev")))


def test_the_deployer_cannot_give_itself_more() -> None:
    """It may act as csvgate's accounts only, and change neither accounts nor custom roles."""
    assert ("resourcemanager.projects.setIamPolicy",) == GRANT
    assert not {p for p in DEPLOYS if p.startswith(("iam.", "resourcemanager."))} - set(READS)
    acts_as = {argv[4] for argv in commands("dev", "--role=roles/iam.serviceAccountUser")}
    accounts = [r.key.name for r in wanted("dev").resources if r.key.kind == "account"]
    assert {f"{a}@example-csvgate-dev.iam.gserviceaccount.com" for a in accounts} == acts_as


def test_the_planner_only_reads() -> None:
    verbs = {permission.rpartition(".")[2] for permission in READS}
    assert {"get", "getIamPolicy", "list", "use"} == verbs
    assert ["serviceusage.services.use"] == [p for p in READS if p.endswith(".use")]
    assert not [p for p in READS if p.endswith(("versions.access", "objects.get", "getData"))]


def test_what_the_deployer_must_not_create_exists_before_it() -> None:
    """Accounts, custom roles and roles on accounts of the topology, as a deploy would make them."""
    made = {argv[4] for argv in commands("dev", "service-accounts", "create")}
    made |= {argv[4] for argv in commands("dev", "roles", "create")}
    desired = {
        r.key.name for r in wanted("dev").resources if r.key.kind in ("account", "custom-role")
    }
    assert desired <= made
    on = {b for b in wanted("dev").bindings if b.on.kind == "account"}
    roles = {b.role for b in on}
    assert {"roles/iam.serviceAccountOpenIdTokenCreator"} == roles
    (argv,) = commands("dev", f"--role={roles.pop()}")
    assert "service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com" in flag(argv, "member")


def test_keys_of_a_company_are_opened_to_the_service_agents() -> None:
    """The deployer cannot do that: it has no permission to change the policy of a key."""
    needed = {(b.on.name, b.role) for b in wanted(COMPANY).bindings if b.on.kind == "kms-key"}
    assert needed
    made = {(argv[4], flag(argv, "role")) for argv in commands(COMPANY, "kms", "keys")}
    assert needed <= made
    assert {"roles/cloudkms.viewer"} == {role for _, role in made - needed}
    assert [] == [p for p in DEPLOYS if p.startswith("cloudkms.") and p not in READS]


@pytest.mark.parametrize("name", EXAMPLES)
def test_conditions_stay_below_the_limit_of_logical_operators(name: str) -> None:
    for argv in commands(name, "projects", "add-iam-policy-binding"):
        limit = flag(argv, "condition")
        assert limit.count("||") + limit.count("&&") <= MOST_OPERATORS


def test_the_command() -> None:
    run = CliRunner()
    done = run.invoke(csvgate, ["bootstrap", "dev", "--repository", REPOSITORY])
    assert (0, script("dev")) == (done.exit_code, done.output)
    for wrong in ("csvgate", "a/b/c", "a/b; rm", "a/$b"):
        done = run.invoke(csvgate, ["bootstrap", "dev", "--repository", wrong])
        assert 2 == done.exit_code
        assert "write it as OWNER/NAME" in done.output
