"""`csvgate preflight` with the real gcloud against a stand-in: one run that finds every introduced
fault, and one without a login. tests/unit/deploy/preflight has a project without a fault."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from integration.deploy.story import Run, Story, copy_of_repository
from integration.deploy.surroundings import ENVIRONMENT, FAULTS, PROJECT, ready
from standin import sdk
from standin.server import serving
from standin.surroundings.mail import KEY
from standin.warm import warmed

pytestmark = pytest.mark.skipif(sdk.missing() is not None, reason=str(sdk.missing()))

COMMAND = (".venv/bin/csvgate", "preflight", "trial", "--json", "--read-secret")


@dataclass
class Preflights:
    faulty: Run
    logged_out: Run
    refused: list[str]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Preflights]:
    folder = tmp_path_factory.mktemp("preflight")
    root = copy_of_repository(folder / "repository")
    with (
        serving(ready()) as stand_in,
        warmed(sdk.root(), sdk.environment(stand_in.address, folder)) as environment,
    ):
        file = root / "deploy" / "env" / "trial.yaml"
        file.write_text(ENVIRONMENT.replace("ADDRESS", stand_in.address))
        code = {"PYTHONPATH": f"{root / 'ops'}:{root / 'shared'}"}
        story = Story(stand_in, root, environment | code)
        for change, _ in FAULTS:
            change(stand_in.project)
        story.run("faulty", *COMMAND)
        refused = stand_in.refused()
        del story.environment["CLOUDSDK_AUTH_ACCESS_TOKEN_FILE"]
        story.run("logged out", *COMMAND)
        yield Preflights(story.runs["faulty"], story.runs["logged out"], refused)


def found(run: Run) -> Counter[tuple[str, str]]:
    checks = json.loads(run.output)["checks"]
    return Counter((c["subject"], f["code"]) for c in checks for f in c["faults"])


def test_every_introduced_fault_is_found_and_no_other(runs: Preflights) -> None:
    expected = Counter(each for _, faults in FAULTS for each in faults)
    assert expected == found(runs.faulty)
    assert len(FAULTS) >= 10
    assert 1 == runs.faulty.code
    states = Counter(check["state"] for check in json.loads(runs.faulty.output)["checks"])
    assert "skipped" not in states


def test_nothing_is_changed(runs: Preflights) -> None:
    for run in (runs.faulty, runs.logged_out):
        assert [] == run.changes
    assert ["GET storage/b/example-csvgate-dev-ledger 403"] == runs.refused


def test_without_a_login_the_fault_is_the_login(runs: Preflights) -> None:
    assert {("login and project", "login.missing"): 1} == found(runs.logged_out)
    assert 2 == runs.logged_out.code
    checks = json.loads(runs.logged_out.output)["checks"]
    reasons = {c["result"] for c in checks if c["state"] == "skipped"}
    assert {f"project {PROJECT} cannot be read"} == reasons


def test_the_key_is_not_shown(runs: Preflights) -> None:
    assert KEY not in runs.faulty.output
