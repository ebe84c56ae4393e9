"""The plan of the operators' console: its function, its roles, and who may call it."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from csvgate.protocol.ledger.access import CONSOLE as CREATED
from csvgate_ops.deploy import DeployError
from csvgate_ops.deploy import topology as topo
from csvgate_ops.deploy.doctor.diagnose import diagnose
from csvgate_ops.deploy.doctor.model import Facts
from csvgate_ops.deploy.environment.model import ConsoleChoice
from csvgate_ops.deploy.plan import console, console_surplus, policies
from csvgate_ops.deploy.plan.desired import desired as desired_of
from csvgate_ops.deploy.plan.model import (
    Binding,
    Command,
    Desired,
    Key,
    Observed,
    Plan,
    Resource,
    Stage,
    Value,
)
from csvgate_ops.deploy.plan.planner import plan
from csvgate_ops.deploy.plan.remaining import remaining
from csvgate_ops.deploy.plan.saved import PlanRefused, check, encoded
from csvgate_ops.deploy.plan.script import script, shell_line
from csvgate_ops.deploy.staging.stage import contents, write
from csvgate_ops.deploy.topology.checks import mistakes
from fakes.iam import CREATE, holds
from unit.deploy.plan.environments import (
    ADA,
    COMPANY,
    ROOT,
    console_desired,
    environment,
    golden,
    healthy_project,
    topology,
    wanted,
    with_console,
)

OPERATORS = "group:csvgate-operators@example.com"
ACCOUNT = "serviceAccount:csvgate-console@example-csvgate-dev.iam.gserviceaccount.com"


def function(sign_in: str, members: tuple[str, ...] = (ADA,)) -> Resource:
    (found,) = [r for r in console_desired(sign_in, members).resources if r.key == console.KEY]
    return found


def variables(sign_in: str, members: tuple[str, ...] = (ADA,)) -> Mapping[str, str]:
    import json

    found: dict[str, str] = json.loads(str(function(sign_in, members).fields["environment"]))
    return found


def text(sign_in: str) -> str:
    """The commands that the console adds to a plan for an empty project, in order."""
    without = {str(step) for step in plan(wanted("dev"), Observed()).steps}
    made = plan(console_desired(sign_in), Observed()).steps
    added = tuple(step for step in made if str(step) not in without)
    title = f"What a console with {sign_in} adds to a plan for an empty project."
    return script(Plan((Stage("Console", added),), {}), title)


@pytest.mark.parametrize("sign_in", ["iap", "id-token"])
def test_the_plan_matches_its_golden_file(sign_in: str) -> None:
    file = ROOT / "tests" / "golden" / "plans" / f"console-{sign_in}.sh"
    assert golden(file, text(sign_in)) == text(sign_in)


def test_it_is_off_by_default() -> None:
    assert topology().console is None
    assert console.KEY not in {r.key for r in wanted("prod").resources}


@pytest.mark.parametrize(
    ("sign_in", "callers"),
    [
        ("iap", ["serviceAccount:service-${PROJECT_NUMBER}@gcp-sa-iap.iam.gserviceaccount.com"]),
        ("id-token", [ADA]),
    ],
)
def test_only_members_or_the_proxy_call_it(sign_in: str, callers: list[str]) -> None:
    bindings = [b for b in console_desired(sign_in).bindings if b.on == console.KEY]
    signing_in = [b for b in console_desired(sign_in).bindings if b.on == console.PROXY]
    iap = sign_in == "iap"
    assert [(ADA, "roles/iap.httpsResourceAccessor")] * iap == [
        (b.member, b.role) for b in signing_in
    ]
    assert callers == [b.member for b in bindings]
    assert {"roles/run.invoker"} == {b.role for b in bindings}
    assert "allUsers" not in text(sign_in)
    assert "--no-allow-unauthenticated" in text(sign_in)


def test_who_is_not_a_member_any_more_loses_access() -> None:
    bob = "user:bob@example.com"
    caller = Binding(console.KEY, "roles/run.invoker", bob)
    elsewhere = Binding(Key("function", "notify-stakeholders"), "roles/run.invoker", bob)
    signs_in = Binding(console.PROXY, "roles/iap.httpsResourceAccessor", bob)
    for sign_in, former in (("id-token", caller), ("iap", signs_in)):
        desired = console_desired(sign_in)
        observed = healthy_project(desired)
        observed = replace(observed, bindings=observed.bindings | {former, elsewhere})
        (step,) = commands(desired, observed)
        assert "remove-iam-policy-binding" in step
        assert f"--member={bob}" in step
        faults = [f for c in diagnose(Facts("dev", desired, observed)) for f in c.faults]
        (fault,) = [f for f in faults if f.code == "console.access"]
        assert (shell_line(tuple(step)),) == fault.fix
        healthy = healthy_project(desired)
        nothing = plan(desired, healthy)
        saved = encoded("dev", "", desired, healthy, nothing)
        with pytest.raises(PlanRefused, match="changed in the project"):
            check("plan.json", saved, "dev", "", desired, observed, nothing)


def commands(desired: Desired, observed: Observed) -> list[tuple[str, ...]]:
    return [step.argv for step in plan(desired, observed).steps if isinstance(step, Command)]


def with_fields(observed: Observed, **fields: Value) -> Observed:
    there = {**observed.resources[console.KEY], **fields}
    return replace(observed, resources={**observed.resources, console.KEY: there})


def test_the_proxy_is_switched_on_again_alone_and_after_each_deploy() -> None:
    """Whether a deploy of the function keeps it does not matter."""
    desired = console_desired("iap")
    healthy = healthy_project(desired)
    assert [] == commands(desired, healthy)
    on = "gcloud beta run services update operators-console --iap"
    where = "--region=europe-west1 --project=example-csvgate-dev"
    assert [f"{on} {where}"] == [
        " ".join(argv) for argv in commands(desired, with_fields(healthy, iap=False))
    ]
    observed = with_fields(healthy, iap=False)
    (fault,) = [f for c in diagnose(Facts("dev", desired, observed)) for f in c.faults]
    assert ("function.iap", (f"{on} {where}",)) == (fault.code, fault.fix)
    assert "iap is off, should be on: its members are refused" == fault.description
    deploy, again = commands(desired, with_fields(healthy, memory="512Mi"))
    assert ("gcloud", "functions", "deploy", "operators-console") == deploy[:4]
    assert "--iap" in again


def test_without_the_proxy_it_is_switched_off_and_its_agent_s_role_goes_with_it() -> None:
    """The command revokes that role itself; revoking it twice would fail."""
    desired, before = console_desired("id-token"), healthy_project(console_desired("iap"))
    steps = commands(desired, before)
    assert [True] == ["--no-iap" in argv for argv in steps if "--iap" in argv or "--no-iap" in argv]
    revoked = [argv for argv in steps if "remove-iam-policy-binding" in argv]
    assert [] == [argv for argv in revoked if "gcp-sa-iap" in str(argv)]
    after = with_fields(before, iap=False)
    revoked = [argv for argv in commands(desired, after) if "remove-iam-policy-binding" in argv]
    assert 1 == sum("gcp-sa-iap" in str(argv) for argv in revoked)


def test_a_condition_of_an_administrator_stays() -> None:
    """An access level, for example. The role is neither granted without it nor revoked."""
    binding = {
        "role": "roles/iap.httpsResourceAccessor",
        "members": [ADA],
        "condition": {"title": "from the office", "expression": "true"},
    }

    class Answer:
        def read(self, argv: Sequence[str]) -> Any:
            raise AssertionError(argv)

        def find(self, argv: Sequence[str]) -> Any:
            return {"bindings": [binding]}

    place = console_desired("iap").place
    found = set(policies.read(place, console.PROXY, {}, Answer()))
    assert {b for b in console_desired("iap").bindings if b.on == console.PROXY} == found


def test_a_canary_is_not_for_the_console() -> None:
    desired = console_desired("iap")
    observed = with_fields(healthy_project(desired), memory="512Mi")
    assert not [argv for argv in map(str, plan(desired, observed, canary=10).steps) if "10" in argv]


def without_console() -> Desired:
    """The environment dev, in a topology with a console, which it switches off."""
    off = environment("dev").model_copy(update={"console": ConsoleChoice(enabled=False)})
    digests = dict.fromkeys(topology().functions, "0" * 40)
    return desired_of(with_console(), off, digests, ROOT / "deploy" / "monitoring")


@pytest.mark.parametrize("desired", [wanted("dev"), without_console()], ids=["removed", "off"])
def test_a_console_that_is_not_wanted_is_closed_and_reported(desired: Desired) -> None:
    """`removed`: the topology does not even have its account any more."""
    before = healthy_project(console_desired("id-token"))
    observed = replace(healthy_project(desired), bindings=before.bindings)
    observed = replace(observed, resources={**before.resources, **observed.resources})
    steps = commands(desired, observed)
    assert all("remove-iam-policy-binding" in argv for argv in steps)
    revoked = {b for b in before.bindings if b.member == ACCOUNT} | {
        b for b in before.bindings if b.on == console.KEY
    }
    assert len(revoked) == len(steps)
    deleted, role, *account = console_surplus.deletion(desired, observed)
    assert deleted.argv[:4] == ("gcloud", "functions", "delete", "operators-console")
    assert role.argv[:5] == ("gcloud", "iam", "roles", "delete", "csvgateConsole")
    owned = ACCOUNT in desired.members
    assert ([] if owned else ["delete service account csvgate-console"]) == [a.why for a in account]
    note, *lines = plan(desired, observed).notes
    assert note.startswith("function operators-console: the environment has no console any more")
    assert len(lines) == 2 + len(account)
    assert "#   gcloud functions delete operators-console" in script(plan(desired, observed), "t")
    (fault,) = [
        fault
        for found in diagnose(Facts("dev", desired, observed))
        for fault in found.faults
        if fault.code == "console.surplus"
    ]
    assert [line.strip() for line in lines] == list(fault.fix)
    (left,) = [r for r in remaining(desired, observed, delete_data=True) if r.what in note]
    assert deleted.argv == left.command
    assert plan(desired, healthy_project(desired)).notes == ()
    # Somebody else's function of this name is left alone.
    foreign = with_fields(observed, source="", service_account="shop@acme.example")
    calls = {b for b in before.bindings if b.on == console.KEY}
    foreign = replace(foreign, bindings=healthy_project(desired).bindings | calls)
    assert ([], ()) == (commands(desired, foreign), plan(desired, foreign).notes)
    assert not [f for c in diagnose(Facts("dev", desired, foreign)) for f in c.faults]


def test_an_environment_has_its_own_members() -> None:
    found = {b.member for b in wanted(COMPANY).bindings if b.on == console.PROXY}
    assert {"group:csvgate-operators@acme.example", "user:ada@acme.example"} == found
    (fields,) = [r.fields for r in wanted(COMPANY).resources if r.key == console.KEY]
    assert ("internal-and-gclb", 1) == (fields["ingress"], fields["min_instances"])
    assert "CSVGATE_CONSOLE_MEMBERS" not in str(fields["environment"])
    assert console.KEY not in {r.key for r in without_console().resources}


@pytest.mark.parametrize(
    "member",
    ["allUsers", "allAuthenticatedUsers", "domain:example.com", "ada@example.com", "user:ada"],
)
def test_nobody_else_can_be_a_member(member: str) -> None:
    with pytest.raises(ValidationError):
        with_console(members=[member])
    with pytest.raises(ValidationError):
        with_console(members=[])


def test_the_function_knows_its_members_unless_a_group_is_among_them() -> None:
    assert '["ada@example.com"]' == variables("iap")["CSVGATE_CONSOLE_MEMBERS"]
    assert "CSVGATE_CONSOLE_MEMBERS" not in variables("iap", (ADA, OPERATORS))


def test_tokens_must_be_for_this_service() -> None:
    number = "{project_number}"
    assert {
        "iap": f"/projects/{number}/locations/europe-west1/services/operators-console",
        "id-token": f"https://operators-console-{number}.europe-west1.run.app",
    } == {way: variables(way)["CSVGATE_CONSOLE_AUDIENCE"] for way in ("iap", "id-token")}


def test_its_account_has_these_roles_and_no_others() -> None:
    short = {
        (b.role, b.on.kind, b.on.name.removeprefix("example-csvgate-dev-"), bool(b.condition))
        for b in console_desired("iap").bindings
        if b.member == ACCOUNT
    }
    reviews = {f"{f.replace('_', '-')}-dead-letter-review" for f in topology().functions}
    assert {
        *(
            ("roles/storage.objectViewer", "bucket", each, False)
            for each in ("rejects", "staging", "contracts", "audit", "ledger")
        ),
        ("roles/storage.objectCreator", "bucket", "audit", False),
        ("roles/storage.objectCreator", "bucket", "ledger", True),
        ("roles/storage.objectUser", "bucket", "uploads", False),
        *(("roles/pubsub.subscriber", "subscription", each, False) for each in reviews),
        ("roles/pubsub.publisher", "topic", "validated-records", False),
        ("roles/pubsub.publisher", "topic", "enrichment-complete", False),
        ("roles/pubsub.publisher", "trigger-topic", "validate-and-parse", False),
        ("projects/example-csvgate-dev/roles/csvgateConsole", "project", "", False),
    } == short


def test_in_the_ledger_it_creates_jobs_and_lifts_breakers_only() -> None:
    (binding,) = [
        b
        for b in console_desired("iap").bindings
        if b.member == ACCOUNT and b.role.endswith("objectCreator") and b.condition
    ]
    bucket = binding.on.name
    for name, allowed in (
        ("jobs/20261121-101500-0b1ec7a1/begun.json", True),
        ("breakers/enrich_records/r1/000001.lifted.json", True),
        ("uploads/5cef499e2e7c3ac77305/seals/0001.json", False),
        ("uploads/5cef499e2e7c3ac77305/attempts/0001/decision.json", False),
        ("scopes/5c09e/000001.json", False),
    ):
        path = f"projects/_/buckets/{bucket}/objects/{name}"
        assert allowed == holds(binding.condition, path), name
    assert CREATE
    assert CREATED


@pytest.mark.parametrize(
    ("account", "message"),
    [
        ("csvgate-nobody", "is not in service_accounts"),
        ("csvgate-enrich", "give the console its own account"),
        ("csvgate-build", "give the console its own account"),
    ],
)
def test_mistakes_about_its_account(account: str, message: str) -> None:
    found = [str(m) for m in mistakes(with_console(service_account=account))]
    assert 1 == len(found)
    assert message in found[0]


def test_what_is_derived_cannot_be_set() -> None:
    (found,) = mistakes(with_console(environment={"CSVGATE_CONSOLE_SIGN_IN": "none"}))
    assert "leave it out" in str(found)


def test_the_stage_contains_what_the_console_needs_of_the_tools() -> None:
    files = {
        str(f) for f in contents(ROOT, ROOT / "functions" / "operators_console", with_ops=True)
    }
    assert {
        "main.py",
        "console_service/service.py",
        "csvgate_ops/operate/console/app.py",
        "csvgate_ops/operate/console/templates/base.html",
        "csvgate_ops/operate/console/static/console.js",
        "csvgate_ops/operate/dead_letters/actions/replay.py",
        "csvgate/gcp/storage.py",
    } <= files
    folders = {f.split("/")[1] for f in files if f.startswith("csvgate_ops/") and f.count("/") > 1}
    assert {"operate", "local"} == folders, "neither author, cli nor deploy"
    assert topo.service_name("operators_console") == console.SERVICE


_ALONE = """
import importlib, pkgutil, sys
sys.path = [p for p in sys.path if 'csvgate' not in p or 'site-packages' in p]
sys.path = [p for p in sys.path if not any(p.endswith(end) for end in ('/ops', '/shared'))]
sys.meta_path = [f for f in sys.meta_path if 'editable' not in repr(f).lower()]
sys.path.insert(0, sys.argv[1])
import main
for name in ('csvgate_ops', 'console_service'):
    package = importlib.import_module(name)
    assert package.__path__[0].startswith(sys.argv[1]), package
    for found in pkgutil.walk_packages(package.__path__, name + '.'):
        importlib.import_module(found.name)
print(*sorted({'duckdb', 'pyarrow', 'google.cloud.storage', 'rich'} & set(sys.modules)))
"""


def test_the_staged_console_imports_nothing_that_is_not_staged(tmp_path: Path) -> None:
    files = contents(ROOT, ROOT / "functions" / "operators_console", with_ops=True)
    write(files, {}, tmp_path / "staged")
    done = subprocess.run(
        [sys.executable, "-c", _ALONE, str(tmp_path / "staged")],
        env={"PATH": os.environ["PATH"]},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (0, "", "") == (done.returncode, done.stdout.strip(), done.stderr.strip())


def test_the_functions_of_the_pipeline_contain_no_tools(tmp_path: Path) -> None:
    source = tmp_path / "functions" / "enrich_records"
    source.mkdir(parents=True)
    (source / "main.py").write_text("from csvgate_ops.operate.audit import record\n")
    (source / "requirements.txt").write_text("")
    for folder in ("ops", "shared"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    with pytest.raises(DeployError, match="not part of a function"):
        contents(tmp_path, source)
