"""`csvgate contracts` and `csvgate rollback`: what they say, and their exit codes."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result

from csvgate.contracts.bundle import make_bundle
from csvgate.contracts.bundle_format import digest_of
from csvgate.contracts.match import Contracts
from csvgate_ops.cli.contracts import deploy as deploy_command
from csvgate_ops.cli.deploy import _deploying
from csvgate_ops.cli.main import csvgate
from csvgate_ops.deploy.run.gcloud import Finished
from unit.deploy.contracts.fake_bucket import FakeBucket, contracts
from unit.deploy.plan.environments import environment, topology

FIRST, SECOND, OTHER = contracts("a"), contracts("a", "b"), contracts("b")
Invoke = Callable[..., Result]


@pytest.fixture
def bucket(tmp_path: Path) -> FakeBucket:
    return FakeBucket(tmp_path)


@pytest.fixture
def invoke(bucket: FakeBucket, monkeypatch: pytest.MonkeyPatch) -> Invoke:
    """Run a command for dev in a folder with these contracts."""
    place = _deploying.Located(bucket.folder, topology(), environment("dev"), ())
    for module in ("deploy", "rollback", "history"):
        monkeypatch.setattr(f"csvgate_ops.cli.contracts.{module}.located", lambda _env: place)

    def call(*arguments: str, folder: Contracts = FIRST, run: object = bucket) -> Result:
        monkeypatch.setattr(_deploying, "subprocesses", lambda _folder: run)
        monkeypatch.setattr(deploy_command, "checked_contracts", lambda _root: folder)
        return CliRunner().invoke(csvgate, ["contracts", *arguments])

    return call


def short(found: Contracts) -> str:
    return digest_of(make_bundle(found))[:12]


def test_a_deploy_says_when_it_is_in_effect(invoke: Invoke, bucket: FakeBucket) -> None:
    found = invoke("deploy", "dev")
    assert 0 == found.exit_code
    assert found.stdout.endswith("Every instance of a function uses them within 2 minutes.\n")
    again = invoke("deploy", "dev")
    assert "Nothing to do: example-csvgate-dev uses these contracts.\n" == again.stdout
    assert 1 == len(bucket.versions)


def test_a_breaking_change_is_refused_unless_it_is_wanted(
    invoke: Invoke, bucket: FakeBucket
) -> None:
    invoke("deploy", "dev")
    refused = invoke("deploy", "dev", folder=OTHER)
    assert 1 == refused.exit_code
    assert "breaking" in refused.stderr
    assert "the change is breaking, so nothing was deployed" in refused.stderr
    assert 1 == len(bucket.versions)
    assert 0 == invoke("deploy", "dev", "--breaking", folder=OTHER).exit_code
    assert 2 == len(bucket.versions)


def test_a_plan_is_a_script_and_changes_nothing(invoke: Invoke, bucket: FakeBucket) -> None:
    invoke("deploy", "dev")
    found = invoke("deploy", "dev", "--plan", folder=OTHER)
    assert 0 == found.exit_code
    assert found.stdout.startswith("# Deploy the contracts of dev to example-csvgate-dev.\n")
    assert f"# contracts in use: {short(FIRST)} → {short(OTHER)}\n" in found.stdout
    assert "breaking (1 contract compared)" in found.stderr
    assert 1 == len(bucket.versions)


def test_a_rollback_and_the_history(invoke: Invoke) -> None:
    invoke("deploy", "dev")
    invoke("deploy", "dev", "--breaking", folder=SECOND)
    found = invoke("rollback", "dev")
    assert 0 == found.exit_code
    assert f"Done: example-csvgate-dev uses the contracts {short(FIRST)}. Every" in found.stdout
    assert [
        f"{short(FIRST)}  2026-11-29 10:03:00 UTC  in use",
        f"{short(SECOND)}  2026-11-29 10:02:00 UTC",
        f"{short(FIRST)}  2026-11-29 10:01:00 UTC",
    ] == invoke("history", "dev").stdout.splitlines()
    listed = json.loads(invoke("history", "dev", "--json").stdout)
    assert [True, False, False] == [each["in_use"] for each in listed]


def test_without_contracts(invoke: Invoke) -> None:
    assert "No contracts are deployed.\n" == invoke("history", "dev").stdout
    found = invoke("rollback", "dev")
    assert (1, "Error: there are no earlier contracts;") == (found.exit_code, found.stderr[:38])


@pytest.mark.parametrize("command", ["deploy", "rollback", "history"])
def test_a_project_that_cannot_be_read(command: str, invoke: Invoke) -> None:
    def refused(_argv: Sequence[str]) -> Finished:
        return Finished(1, "", "ERROR: (gcloud.storage.ls) HTTPError 403: no access")

    found = invoke(command, "dev", run=refused)
    assert (2, "") == (found.exit_code, found.stdout)


LISTS = {
    "functions": [
        {
            "name": "projects/p/locations/l/functions/enrich-records",
            "labels": {"csvgate-before": "old"},
        }
    ],
    "services": [
        {
            "metadata": {"name": "enrich-records"},
            "status": {
                "latestReadyRevisionName": "new",
                "traffic": [
                    {"revisionName": "old", "percent": 90},
                    {"revisionName": "new", "percent": 10},
                ],
            },
        }
    ],
}


@pytest.mark.parametrize(
    ("arguments", "flag"),
    [
        (["rollback", "dev"], "--to-revisions=old=100"),
        (["rollback", "dev", "enrich_records"], "--to-revisions=old=100"),
        (["deploy", "dev", "--promote"], "--to-latest"),
    ],
)
def test_traffic_is_changed_after_two_reads(
    arguments: list[str], flag: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []

    def run(argv: Sequence[str]) -> Finished:
        asked.append(list(argv))
        kind = next((word for word in argv if word in LISTS and "list" in argv), "")
        return Finished(0, json.dumps(LISTS.get(kind, {})), "")

    digests = {name: SimpleNamespace(digest="0" * 40) for name in topology().functions}
    monkeypatch.setattr(_deploying, "stage", lambda *_: digests)
    monkeypatch.setattr(_deploying, "subprocesses", lambda _folder: run)
    found = CliRunner().invoke(csvgate, arguments)
    assert 0 == found.exit_code, found.output
    assert [["functions", "list"], ["run", "services"], ["run", "services"]] == [
        words[1:3] for words in asked
    ]
    assert ["update-traffic", "enrich-records", flag] == asked[-1][3:6]


def test_a_promotion_is_no_canary() -> None:
    found = CliRunner().invoke(csvgate, ["deploy", "dev", "--promote", "--canary", "10"])
    assert (2, True) == (found.exit_code, "--promote cannot be used with" in found.stderr)
