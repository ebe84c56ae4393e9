"""The plan of each environment for an empty project, as golden files whose changes show in a
review.

After an intended change: CSVGATE_WRITE_GOLDEN=1 pytest tests/unit/deploy
"""

import subprocess
from pathlib import Path

import pytest

from csvgate_ops.deploy.plan import console
from csvgate_ops.deploy.plan.model import Command, Observed
from csvgate_ops.deploy.plan.planner import plan
from csvgate_ops.deploy.plan.script import script
from unit.deploy.plan.environments import COMPANY, EXAMPLES, ROOT, golden, topology, wanted

PRIMITIVE = ("roles/owner", "roles/editor", "roles/viewer", "roles/admin", "roles/writer")
CONSOLE_ROLE = f"projects/example-csvgate-dev/roles/{console.ROLE}"
GOLDEN = ROOT / "tests" / "golden" / "plans"


def text(name: str) -> str:
    title = f"Deploy {name} to an empty project.\nRun from the repository, after `make stage`."
    return script(plan(wanted(name), Observed()), title)


@pytest.mark.parametrize("name", EXAMPLES)
def test_plan_matches_its_golden_file(name: str) -> None:
    assert golden(GOLDEN / f"{name}.sh", text(name)) == text(name)


@pytest.mark.parametrize("name", EXAMPLES)
def test_plan_is_a_shell_script(name: str, tmp_path: Path) -> None:
    """Without a fault that shellcheck knows, and bash reads the arguments that the plan has."""
    file = tmp_path / "plan.sh"
    file.write_text(f"#!/usr/bin/env bash\n{text(name)}")
    shellcheck = ROOT / ".venv" / "bin" / "shellcheck"
    checked = subprocess.run([shellcheck, file], capture_output=True, text=True, check=False)
    assert (0, "") == (checked.returncode, checked.stdout)
    echo = (
        'gcloud() { printf "%s\\n" gcloud "$@" >> "$SEEN"; '
        "[[ $1 != secrets && $1 != kms ]] || echo ENABLED; }\n"
        'bq() { printf "%s\\n" bq "$@" >> "$SEEN"; }\n'
    )
    seen = tmp_path / "seen"
    (tmp_path / "build").mkdir()
    subprocess.run(
        ["bash", "-c", echo + text(name)], cwd=tmp_path, env={"SEEN": str(seen)}, check=True
    )
    commands = [s for s in plan(wanted(name), Observed()).steps if isinstance(s, Command)]
    arguments = seen.read_text().splitlines()
    for command in commands:
        for part in command.argv:
            assert "${" in part or part in arguments


@pytest.mark.parametrize("name", EXAMPLES)
def test_no_primitive_role_and_nothing_public(name: str) -> None:
    whole = text(name)
    assert "allUsers" not in whole
    assert "allAuthenticatedUsers" not in whole
    assert not any(role in whole for role in PRIMITIVE)
    roles = (*topology().custom_roles, console.ROLE)
    custom = {f"projects/{wanted(name).place.project}/roles/{r}" for r in roles}
    assert all(b.role.count("/") == 1 or b.role in custom for b in wanted(name).bindings)


@pytest.mark.parametrize("name", EXAMPLES)
def test_only_five_roles_and_that_of_a_console_are_granted_on_the_project(name: str) -> None:
    found = [
        (b.role, b.member.partition(":")[2].partition("@")[0], bool(b.condition))
        for b in wanted(name).bindings
        if b.on.kind == "project"
    ]
    assert [
        ("roles/eventarc.eventReceiver", "csvgate-triggers", False),
        ("roles/pubsub.publisher", "service-${PROJECT_NUMBER}", False),
        ("roles/logging.logWriter", "csvgate-build", False),
        ("roles/storage.objectViewer", "csvgate-build", True),
        ("roles/bigquery.jobUser", "csvgate-enrich", False),
        *([(CONSOLE_ROLE, "csvgate-console", False)] if name == COMPANY else []),
    ] == found


@pytest.mark.parametrize("kind", ["function", "trigger"])
def test_consumers_are_created_before_publishers(kind: str) -> None:
    names = [r.key.name for r in wanted("dev").resources if r.key.kind == kind]
    assert ["notify-stakeholders", "enrich-records", "validate-and-parse"] == names
