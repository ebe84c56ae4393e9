"""What every workflow keeps to, beside what zizmor looks for."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.y*ml"))
ACTIONS = sorted((ROOT / ".github" / "actions").glob("*/action.yml"))
PINNED = re.compile(r"uses: [\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
OWN = re.compile(r"uses: \$/(\.github/actions/\w+)")
"""An action of this repository, at the commit of the workflow."""


@pytest.fixture(params=WORKFLOWS, ids=lambda path: path.name)
def path(request: pytest.FixtureRequest) -> Path:
    assert isinstance(request.param, Path)
    return request.param


def document(path: Path) -> dict[str, Any]:
    # YAML 1.2, as GitHub reads it: `on` is a word there.
    found: dict[str, Any] = YAML(typ="safe", pure=True).load(path.read_text())
    return found


def steps(path: Path) -> list[dict[str, Any]]:
    found = document(path)
    if path in ACTIONS:
        own: list[dict[str, Any]] = found["runs"]["steps"]
        return own
    return [step for job in found["jobs"].values() for step in job["steps"]]


def test_there_are_workflows() -> None:
    names = {"checks.yml", "deploy.yml", "drift.yml", "plan.yml"}
    assert names <= {path.name for path in WORKFLOWS}


@pytest.mark.parametrize("path", [*WORKFLOWS, *ACTIONS], ids=lambda path: path.name)
def test_actions_are_pinned_by_hash_and_say_their_version(path: Path) -> None:
    used = [line.strip(" -") for line in path.read_text().splitlines() if "uses:" in line]
    assert used
    own = [found[1] for line in used if (found := OWN.fullmatch(line))]
    assert all(ROOT / folder / "action.yml" in ACTIONS for folder in own)
    assert [] == [line for line in used if not PINNED.fullmatch(line) and not OWN.fullmatch(line)]


def test_one_action_has_one_version() -> None:
    pins: dict[str, set[str]] = {}
    for path in (*WORKFLOWS, *ACTIONS):
        for step in steps(path):
            if "@" in step.get("uses", ""):
                action, _, commit = step["uses"].partition("@")
                pins.setdefault(action, set()).add(commit)
    assert {} == {action: commits for action, commits in pins.items() if len(commits) > 1}


def test_nothing_is_permitted_that_a_job_does_not_ask_for(path: Path) -> None:
    found = document(path)
    assert {} == found["permissions"]
    for job in found["jobs"].values():
        allowed = {"contents": "read", "id-token": "write", "pull-requests": "write"}
        assert job["permissions"].items() <= allowed.items()
        assert ("id-token" in job["permissions"]) == ("environment" in job)


def test_a_job_that_may_write_runs_no_code_of_a_pull_request(path: Path) -> None:
    for job in document(path)["jobs"].values():
        if "pull-requests" in job["permissions"]:
            assert {"pull-requests"} == job["permissions"].keys()
            used = [step.get("uses", "").partition("@")[0] for step in job["steps"]]
            assert {"actions/download-artifact", ""} == set(used)
            assert "environment" not in job


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
    every = (*WORKFLOWS, *ACTIONS)
    scripts = [step["run"] for path in every for step in steps(path) if "run" in step]
    asked = {target for script in scripts for target in re.findall(r"\bmake ([a-z-]+)", script)}
    assert {"check", "test", "setup-deploy"} == asked
    assert asked <= targets


def test_only_main_is_deployed_and_only_by_hand() -> None:
    found = document(ROOT / ".github" / "workflows" / "deploy.yml")
    assert ["workflow_dispatch"] == list(found["on"])
    environments = found["on"]["workflow_dispatch"]["inputs"]["environment"]["options"]
    assert ["dev", "staging", "prod"] == environments
    plan, apply = found["jobs"]["plan"], found["jobs"]["apply"]
    assert "github.ref == 'refs/heads/main'" == plan["if"]
    assert "plan" == apply["needs"]
    assert "${{ inputs.environment }}-plan" == plan["environment"]
    assert "${{ inputs.environment }}" == apply["environment"]


def test_what_is_applied_is_the_plan_of_the_other_job() -> None:
    found = document(ROOT / ".github" / "workflows" / "deploy.yml")
    plan, apply = (found["jobs"][name]["steps"] for name in ("plan", "apply"))
    saved = next(s["with"] for s in plan if "upload-artifact" in s.get("uses", ""))
    loaded = next(s["with"] for s in apply if "download-artifact" in s.get("uses", ""))
    assert {"name": saved["name"], "path": saved["path"]} == loaded
    (planned,) = [s["run"] for s in plan if "run" in s]
    assert f"--plan --out {saved['path']}/plan.json" in planned
    applied = [s["run"] for s in apply if "deploy.sh" in s.get("run", "")]
    assert [f'deploy/deploy.sh "$ENVIRONMENT" --plan-file {saved["path"]}/plan.json'] == applied


@pytest.mark.parametrize("name", ["plan.yml", "drift.yml"])
def test_what_runs_by_itself_uses_accounts_that_only_read(name: str) -> None:
    for job in document(ROOT / ".github" / "workflows" / name)["jobs"].values():
        environment = job.get("environment", "-plan")
        assert environment.endswith(("-plan", "-reconcile"))
        scripts = "".join(step.get("run", "") for step in job["steps"])
        assert "deploy.sh" not in scripts.replace(
            'deploy/deploy.sh "$ENVIRONMENT" --plan --out', ""
        )
    # Jobs of other branches get no token for uploads and tables (the provider refuses them too).
    jobs = document(ROOT / ".github" / "workflows" / "drift.yml")["jobs"]
    assert all("github.ref == 'refs/heads/main'" in job["if"] for job in jobs.values())


def test_gcloud_comes_with_the_components_that_the_commands_need() -> None:
    used = [step for path in ACTIONS for step in steps(path) if "setup-gcloud" in str(step)]
    assert [{"alpha", "beta"}] == [set(s["with"]["install_components"].split(",")) for s in used]


def test_shellcheck_finds_nothing_in_the_scripts(tmp_path: Path) -> None:
    files = []
    for path in (*WORKFLOWS, *ACTIONS):
        for number, step in enumerate(steps(path)):
            if "run" in step:
                files.append(tmp_path / f"{path.parent.name}-{path.stem}-{number}.sh")
                files[-1].write_text(f"#!/usr/bin/env bash\n{step['run']}\n")
    # SC2016: Markdown has backticks, which are not to be expanded.
    command = [str(ROOT / ".venv/bin/shellcheck"), "--exclude=SC2016", *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (0, "") == (done.returncode, done.stdout)


@pytest.mark.parametrize("names", [("prod",), ("dev", "prod")])
def test_the_comment_on_a_pull_request(names: tuple[str, ...], tmp_path: Path) -> None:
    """The action puts several artifacts into folders of their own, but one into the folder itself,
    unless it merges them."""
    jobs = document(ROOT / ".github" / "workflows" / "plan.yml")["jobs"]
    (script,) = [step["run"] for step in jobs["comment"]["steps"] if "run" in step]
    loaded = next(s["with"] for s in jobs["comment"]["steps"] if "uses" in s)
    assert loaded.get("merge-multiple"), "the same folder for one environment and for several"
    planned = next(s["run"] for s in jobs["plan"]["steps"] if "--plan" in s.get("run", ""))
    deploys = tmp_path / "deploy" / "deploy.sh"
    deploys.parent.mkdir()
    summary = "# Summary: create 1, change 2, delete 0, unchanged 7"
    deploys.write_text(
        f'#!/bin/bash\nfor i in {{1..10000}}; do echo "# $1"; done; echo "{summary}"\n'
    )
    deploys.chmod(0o755)
    for name in names:
        environment = {"PATH": "/usr/bin:/bin", "ENVIRONMENT": name}
        subprocess.run(["bash", "-ec", planned], cwd=tmp_path, env=environment, check=True)
        for file in (tmp_path / "plan").iterdir():
            (tmp_path / loaded["path"]).mkdir(exist_ok=True)
            file.rename(tmp_path / loaded["path"] / file.name)
        (tmp_path / "plan").rmdir()
    called = 'gh() { printf "%s\\n" "$@" > called; }\n'
    variables = {"PATH": "/usr/bin:/bin", "NUMBER": "7", "REPOSITORY": "a/b", "RUN": "https://r"}
    subprocess.run(["bash", "-ec", called + script], cwd=tmp_path, env=variables, check=True)
    comment = (tmp_path / "comment.md").read_text()
    assert len(comment) < 65_536
    for name in names:
        assert f"### Deploying this to `{name}`\n\n{summary[2:]}\n" in comment
    assert comment.count("# prod\n") < 10_000, "the room of all, not all of it"
    assert comment.count("# prod\n") > 8_000 / len(names)
    assert comment.endswith("[the run](https://r) has them whole.\n")
    assert ["pr", "comment", "7", "--repo", "a/b"] == (tmp_path / "called").read_text().split()[:5]
