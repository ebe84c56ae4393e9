"""`csvgate deploy`: an honest plan, saved plans, and their exit codes."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result

from csvgate_ops.cli.deploy import _deploying
from csvgate_ops.cli.main import csvgate
from csvgate_ops.deploy.plan.model import Key, Observed
from csvgate_ops.deploy.run.gcloud import Finished, GcloudMissing
from unit.deploy.doctor.facts import contracts
from unit.deploy.plan.environments import healthy_project, topology, wanted
from unit.deploy.plan.test_planner import without

PROJECT = "example-csvgate-dev"
Run = Callable[[Sequence[str]], Finished]
NO_LOGIN = """\
ERROR: (gcloud.projects.describe) You do not currently have an active account selected.
Please run:

  $ gcloud auth login
"""
EXPIRED = """\
ERROR: (gcloud.projects.describe) There was a problem refreshing your current auth tokens: \
('invalid_grant: Bad Request', {'error': 'invalid_grant', 'error_description': 'Bad Request'})
"""
REAUTHENTICATION = """\
ERROR: (gcloud.projects.describe) There was a problem reauthenticating while refreshing your \
current auth tokens: Reauthentication failed. cannot prompt during non-interactive execution.
"""
NO_PROJECT = f"""\
ERROR: (gcloud.projects.describe) [jo.larsen@example.com] does not have permission to access \
projects instance [{PROJECT}] (or it may not exist): The caller does not have permission.
"""
RESOURCE_MANAGER = """\
ERROR: (gcloud.projects.describe) PERMISSION_DENIED: Cloud Resource Manager API has not been used \
in project 123456789012 before or it is disabled. Enable it by visiting https://console.example.
"""
BUCKETS = """\
ERROR: (gcloud.storage.buckets.list) HTTPError 403: jo.larsen@example.com does not have \
storage.buckets.list access to the Google Cloud project. Permission 'storage.buckets.list' denied \
on resource (or it may not exist).
"""
DATASET = "BigQuery error in show operation: Access Denied: Dataset p:sales: Permission denied"
OFFLINE = """\
ERROR: gcloud crashed (ConnectionError): HTTPSConnectionPool(host='x', port=443): Max retries \
exceeded (Caused by NewConnectionError(': Failed to establish a new connection: [Errno 111]'))
"""


@pytest.fixture(autouse=True)
def staged(monkeypatch: pytest.MonkeyPatch) -> None:
    """Staging is tested elsewhere, and takes a second."""
    digests = {name: SimpleNamespace(digest="0" * 40) for name in topology().functions}
    monkeypatch.setattr(_deploying, "stage", lambda *_: digests)


@pytest.fixture
def invoke(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    def call(*arguments: str, run: Run | None = None) -> Result:
        def not_run(argv: Sequence[str]) -> Finished:
            raise AssertionError(f"{argv} was run")

        monkeypatch.setattr(_deploying, "subprocesses", lambda _folder: run or not_run)
        return CliRunner().invoke(csvgate, arguments)

    return call


def answers(*failures: tuple[str, str]) -> Run:
    """A project in which everything can be read, except for commands with some words."""

    def run(argv: Sequence[str]) -> Finished:
        command = " ".join(argv)
        for words, stderr in failures:
            if words in command:
                return Finished(1, "[]\n" if "list" in argv else "", stderr)
        if "services list" in command:
            names = [r.key.name for r in wanted("dev").resources if r.key.kind == "api"]
            listed = [{"name": f"projects/1/services/{name}"} for name in names]
            return Finished(0, json.dumps(listed), "")
        if "projects describe" in command:
            return Finished(0, '{"projectNumber": "123456789012"}', "")
        if " describe " in command or " show " in command:
            return Finished(1, "", "NOT_FOUND: x Not found: Dataset x")
        return Finished(0, "{}" if "get-iam-policy" in command else "[]", "")

    return run


@pytest.mark.parametrize(
    ("words", "output", "cause", "remedy"),
    [
        ("projects describe", NO_LOGIN, "gcloud has no account to use", "`gcloud auth login`"),
        ("projects describe", EXPIRED, "its login has expired", "`gcloud auth login`"),
        ("projects describe", REAUTHENTICATION, "its login has expired", "`gcloud auth login`"),
        ("projects describe", NO_PROJECT, "does not exist, or this account", "projects create"),
        ("projects describe", RESOURCE_MANAGER, "is not enabled", "gcloud services enable"),
        (
            "buckets list",
            BUCKETS,
            "this account may not read all of it",
            "permissions of csvgate-plan in docs/ci.md",
        ),
        (
            "show --dataset",
            DATASET,
            "this account may not read all of it",
            "permissions of csvgate-plan in docs/ci.md",
        ),
        ("topics list", OFFLINE, "Google Cloud cannot be reached", "Check the network"),
        ("topics list", "ERROR: something else", "something else", ""),
    ],
)
def test_without_a_look_at_the_project_there_is_no_plan(
    invoke: Callable[..., Result],
    words: str,
    output: str,
    cause: str,
    remedy: str,
) -> None:
    done = invoke("deploy", "dev", "--plan", run=answers((words, output)))
    assert (2, "") == (done.exit_code, done.stdout)
    assert f"project {PROJECT} could not be read" in done.stderr
    assert cause in done.stderr
    assert remedy in done.stderr
    assert output.strip().splitlines()[0] in done.stderr


def test_without_a_look_at_the_project_nothing_is_deployed_or_saved(
    invoke: Callable[..., Result], tmp_path: Path
) -> None:
    run = answers(("buckets list", BUCKETS))
    for options in ((), ("--plan", "--out", str(tmp_path / "plan.json"))):
        done = invoke("deploy", "dev", *options, run=run)
        assert (2, "") == (done.exit_code, done.stdout)
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize("command", ["deploy", "teardown", "doctor"])
def test_without_gcloud(invoke: Callable[..., Result], command: str) -> None:
    def run(_argv: Sequence[str]) -> Finished:
        raise GcloudMissing("gcloud is not on the PATH: install the Google Cloud CLI")

    done = invoke(command, "dev", *(() if command == "doctor" else ("--plan",)), run=run)
    assert (2, "") == (done.exit_code, done.stdout)
    assert f"project {PROJECT} could not be read: gcloud is not on the PATH" in done.stderr


def test_a_blind_plan_is_made_only_on_request(invoke: Callable[..., Result]) -> None:
    done = invoke("deploy", "dev", "--plan", "--assume-empty")
    assert 0 == done.exit_code
    assert "gcloud functions deploy validate-and-parse" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("# Summary: create ")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("--assume-empty",), "--assume-empty can only be used with --plan"),
        (("--out", "x"), "--out can only be used with --plan"),
        (("--plan", "--assume-empty", "--out", "x"), "--out cannot be used with --assume-empty"),
        (("--plan", "--plan-file", __file__), "--plan-file applies a plan"),
        (("--plan-file", "/no/such/file"), "does not exist"),
    ],
)
def test_options_that_contradict_each_other(
    invoke: Callable[..., Result], options: tuple[str, ...], expected: str
) -> None:
    done = invoke("deploy", "dev", *options)
    assert (2, "") == (done.exit_code, done.stdout)
    assert expected in done.stderr


TOPIC = Key("topic", "enrichment-complete")


class Prepared:
    """A project that can be read, and what runs in it."""

    def __init__(self, observed: Observed) -> None:
        self.observed, self.ran = observed, list[str]()

    def __call__(self, argv: Sequence[str]) -> Finished:
        self.ran.append(" ".join(argv))
        return Finished(0, "", "")


@pytest.fixture
def prepared(monkeypatch: pytest.MonkeyPatch) -> Prepared:
    desired = replace(wanted("dev"), contracts=contracts())
    project = Prepared(without(healthy_project(desired), TOPIC))
    monkeypatch.setattr(_deploying, "observe", lambda *_: project.observed)
    return project


def test_a_saved_plan_is_applied(
    invoke: Callable[..., Result], prepared: Prepared, tmp_path: Path
) -> None:
    file = tmp_path / "plan.json"
    done = invoke("deploy", "dev", "--plan", "--out", str(file), run=prepared)
    assert (0, []) == (done.exit_code, prepared.ran)
    assert "gcloud pubsub topics create enrichment-complete" in done.stdout
    assert f"deploy/deploy.sh dev --plan-file {file}" in done.stderr
    assert [file] == list(tmp_path.iterdir())
    done = invoke("deploy", "dev", "--plan-file", str(file), run=prepared)
    assert 0 == done.exit_code
    (ran,) = prepared.ran
    assert ran.startswith("gcloud pubsub topics create enrichment-complete ")
    assert "topic enrichment-complete does not exist" in done.stdout
    assert f"Done: {PROJECT} matches environment dev.\n" in done.stdout


def test_a_saved_plan_is_refused_after_a_change(
    invoke: Callable[..., Result], prepared: Prepared, tmp_path: Path
) -> None:
    file = tmp_path / "plan.json"
    invoke("deploy", "dev", "--plan", "--out", str(file), run=prepared)
    prepared.observed = without(prepared.observed, Key("topic", "validated-records"))
    done = invoke("deploy", "dev", "--plan-file", str(file), run=prepared)
    assert (1, "", []) == (done.exit_code, done.stdout, prepared.ran)
    assert "  topic validated-records: changed in the project\n" in done.stderr


def test_a_saved_plan_is_applied_with_the_options_that_it_was_made_with(
    invoke: Callable[..., Result], prepared: Prepared, tmp_path: Path
) -> None:
    file = str(tmp_path / "plan.json")
    done = invoke("deploy", "dev", "--canary", "10", "--plan", "--out", file, run=prepared)
    assert f"deploy/deploy.sh dev --canary 10 --plan-file {file}" in done.stderr
    for options, given in (((), "no options"), (("--canary", "20"), "--canary 20")):
        done = invoke("deploy", "dev", *options, "--plan-file", file, run=prepared)
        assert (1, "", []) == (done.exit_code, done.stdout, prepared.ran)
        assert f"was made with --canary 10, and is to be applied with {given}. " in done.stderr
    done = invoke("deploy", "dev", "--canary", "10", "--plan-file", file, run=prepared)
    assert 0 == done.exit_code
    assert prepared.ran
    assert "All: deploy/deploy.sh dev --promote. None: csvgate rollback dev\n" in done.stdout


def test_a_plan_that_cannot_be_saved(
    invoke: Callable[..., Result], prepared: Prepared, tmp_path: Path
) -> None:
    file = tmp_path / "no-such-folder" / "plan.json"
    done = invoke("deploy", "dev", "--plan", "--out", str(file), run=prepared)
    assert (1, "") == (done.exit_code, done.stdout)
    assert "the plan cannot be saved: [Errno 2] No such file or directory" in done.stderr


def test_a_plan_without_steps_can_be_saved_too(
    invoke: Callable[..., Result], prepared: Prepared, tmp_path: Path
) -> None:
    prepared.observed = healthy_project(wanted("dev"))
    file = tmp_path / "plan.json"
    nothing = f"Nothing to do: {PROJECT} matches environment dev.\n"
    done = invoke("deploy", "dev", "--plan", "--out", str(file), run=prepared)
    assert (0, nothing) == (done.exit_code, done.stdout)
    done = invoke("deploy", "dev", "--plan-file", str(file), run=prepared)
    assert (0, nothing, []) == (done.exit_code, done.stdout, prepared.ran)
