"""What every workflow keeps to, beside what zizmor looks for."""

import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.y*ml"))
PINNED = re.compile(r"uses: [\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")


@pytest.fixture(params=WORKFLOWS, ids=lambda path: path.name)
def path(request: pytest.FixtureRequest) -> Path:
    assert isinstance(request.param, Path)
    return request.param


def document(path: Path) -> dict[str, Any]:
    # YAML 1.2, as GitHub reads it: `on` is a word there.
    found: dict[str, Any] = YAML(typ="safe", pure=True).load(path.read_text())
    return found


def steps(path: Path) -> list[dict[str, Any]]:
    return [step for job in document(path)["jobs"].values() for step in job["steps"]]


def test_there_are_workflows() -> None:
    assert {"checks.yml", "deploy.yml"} <= {path.name for path in WORKFLOWS}


def test_actions_are_pinned_by_hash_and_say_their_version(path: Path) -> None:
    used = [line.strip(" -") for line in path.read_text().splitlines() if "uses:" in line]
    assert used
    assert [] == [line for line in used if not PINNED.fullmatch(line)]


def test_one_action_has_one_version() -> None:
    pins: dict[str, set[str]] = {}
    for path in WORKFLOWS:
        for step in steps(path):
            if "uses" in step:
                action, _, commit = step["uses"].partition("@")
                pins.setdefault(action, set()).add(commit)
    assert {} == {action: commits for action, commits in pins.items() if len(commits) > 1}


def test_nothing_is_permitted_that_a_job_does_not_ask_for(path: Path) -> None:
    found = document(path)
    assert {} == found["permissions"]
    for job in found["jobs"].values():
        allowed = {"contents": "read", "id-token": "write"}
        assert job["permissions"].items() <= allowed.items()
        assert ("id-token" in job["permissions"]) == ("environment" in job)


def test_every_job_ends_and_no_two_collide(path: Path) -> None:
    found = document(path)
    assert found["concurrency"]["group"]
    assert all(0 < job["timeout-minutes"] <= 60 for job in found["jobs"].values())


def test_no_credentials_are_left_lying(path: Path) -> None:
    for step in steps(path):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False
    assert "secrets." not in path.read_text()
    assert "credentials_json" not in path.read_text()


def test_no_input_becomes_part_of_a_script(path: Path) -> None:
    assert [] == [step["run"] for step in steps(path) if "${{" in step.get("run", "")]


def test_the_targets_of_make_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    scripts = [step["run"] for path in WORKFLOWS for step in steps(path) if "run" in step]
    asked = {target for script in scripts for target in re.findall(r"\bmake ([a-z-]+)", script)}
    assert {"check", "test", "setup-deploy"} == asked
    assert asked <= targets


def test_only_main_is_deployed_and_only_by_hand() -> None:
    found = document(ROOT / ".github" / "workflows" / "deploy.yml")
    assert ["workflow_dispatch"] == list(found["on"])
    assert "github.ref == 'refs/heads/main'" == found["jobs"]["deploy"]["if"]
    environments = found["on"]["workflow_dispatch"]["inputs"]["environment"]["options"]
    assert ["dev", "staging", "prod"] == environments
    assert "${{ inputs.environment }}" == found["jobs"]["deploy"]["environment"]
