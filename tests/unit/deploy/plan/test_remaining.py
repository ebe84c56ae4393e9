"""What a teardown leaves is listed, with the reason and the command that removes it."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from csvgate_ops.cli.deploy import _deploying
from csvgate_ops.cli.main import csvgate
from csvgate_ops.deploy.plan.model import Effect, Key, Observed, Value
from csvgate_ops.deploy.plan.remaining import Remaining, remaining
from csvgate_ops.deploy.plan.teardown import teardown
from unit.deploy.plan.environments import healthy_project, topology, wanted
from unit.deploy.plan.test_planner import with_field

PROJECT = "example-csvgate-dev"
AUDIT = Key("bucket", f"{PROJECT}-audit")
SOURCES = "gcf-v2-sources-123456789012-europe-west1"
UPLOADED = "gcf-v2-uploads-123456789012.europe-west1.cloudfunctions.appspot.com"


def project() -> Observed:
    """A healthy project, with the buckets that Cloud Functions makes and one of somebody else."""
    healthy = healthy_project(wanted("dev"))
    names = (SOURCES, UPLOADED, "somebody-elses", "gcf-sources-123456789012-europe-west1")
    fields: dict[str, Value] = {"location": "eu", "retention": 0, "soft_delete": 604800}
    more = {Key("bucket", name): fields for name in names}
    return replace(healthy, resources={**healthy.resources, **more})


def left(observed: Observed, *, delete_data: bool) -> dict[str, Remaining]:
    found = list(remaining(wanted("dev"), observed, delete_data=delete_data))
    assert len({each.what for each in found}) == len(found)
    return {each.what: each for each in found}


@pytest.mark.parametrize("delete_data", [False, True])
def test_what_cloud_functions_made_is_named_with_its_command(delete_data: bool) -> None:
    found = left(project(), delete_data=delete_data)
    for name in (SOURCES, UPLOADED):
        command = " ".join(found[f"bucket {name}"].command)
        assert f"gcloud storage rm --recursive gs://{name} --project={PROJECT}" == command
        assert "if the project has no other functions" in found[f"bucket {name}"].why
    assert not [what for what in found if "somebody-elses" in what or " gcf-sources" in what]


def test_kept_data_is_named() -> None:
    found = left(project(), delete_data=False)
    assert {
        *(f"bucket {PROJECT}-{name}" for name in ("uploads", "staging", "ledger", "rejects")),
        f"bucket {PROJECT}-references",
        "dataset sales",
        "secret sendgrid-api-key",
        "topic enrich-records-dead-letter",
        "review subscription enrich-records-dead-letter-review",
    } < found.keys()
    assert "data is kept unless --delete-data is given" == found["dataset sales"].why
    assert "protects each object for 400 days" in found[f"bucket {AUDIT.name}"].why
    assert "function enrich-records" not in found
    assert "its name stays taken for weeks" in found["custom role csvgateLoader"].why


def test_what_can_be_restored_after_its_deletion() -> None:
    found = left(project(), delete_data=True)
    uploads = found[f"bucket {PROJECT}-uploads"]
    assert "is charged for, until 7 days after its deletion" in uploads.why
    assert f"gcloud storage buckets list --soft-deleted --project={PROJECT}" == " ".join(
        uploads.command
    )
    assert "restored for seven days" in found["dataset sales"].why
    assert "secret sendgrid-api-key" not in found


def test_a_bucket_with_a_locked_policy_is_not_tried() -> None:
    """Its deletion would fail after everything else was gone, and end the teardown."""
    desired, locked = wanted("dev"), with_field(project(), AUDIT, "locked", True)
    plan = teardown(desired, locked, delete_data=True)
    assert not [step for step in plan.steps if f"gs://{AUDIT.name}" in str(step)]
    kept = left(locked, delete_data=True)[f"bucket {AUDIT.name}"]
    assert (
        "its retention policy is locked, so no object can be deleted in its first 400 days"
        in kept.why
    )
    before = teardown(desired, project(), delete_data=True)
    assert before.counts[Effect.DELETE] - 1 == plan.counts[Effect.DELETE]
    assert before.counts[Effect.NOTHING] + 1 == plan.counts[Effect.NOTHING]


def test_nothing_is_left_of_an_empty_project() -> None:
    assert {} == left(Observed(), delete_data=True)
    only_apis = {k: f for k, f in project().resources.items() if k.kind == "api"}
    assert ["16 enabled APIs"] == list(left(Observed(only_apis), delete_data=False))


@pytest.mark.parametrize(("arguments", "before"), [(("--plan",), "# "), (("--yes",), "")])
def test_the_command_lists_it(
    monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], before: str
) -> None:
    digests = {name: SimpleNamespace(digest="0" * 40) for name in topology().functions}
    monkeypatch.setattr(_deploying, "stage", lambda *_: digests)
    monkeypatch.setattr(_deploying, "observe", lambda *_: project())
    monkeypatch.setattr(_deploying.Target, "execute", lambda *_: None)
    done = CliRunner().invoke(csvgate, ["teardown", "dev", *arguments])
    assert 0 == done.exit_code, done.output
    lines = done.stdout.splitlines()
    at = lines.index(f"{before}What stays in {PROJECT}:")
    assert all(line.startswith(f"{before}  ") for line in lines[at + 1 :])
    assert f"{before}    gcloud storage rm --recursive gs://{SOURCES} --project={PROJECT}" in lines


@pytest.mark.parametrize(
    ("typed", "said"),
    [("", "nothing was removed. Where nobody can type, give --yes"), ("x\n", "not the name")],
)
def test_nothing_is_removed_before_somebody_has_seen_how_much(
    monkeypatch: pytest.MonkeyPatch, typed: str, said: str
) -> None:
    digests = {name: SimpleNamespace(digest="0" * 40) for name in topology().functions}
    monkeypatch.setattr(_deploying, "stage", lambda *_: digests)
    monkeypatch.setattr(_deploying, "observe", lambda *_: project())
    done = CliRunner().invoke(csvgate, ["teardown", "dev"], input=typed)
    assert 1 == done.exit_code
    assert done.stdout.startswith("Summary: create 0, change 0, delete ")
    assert said in done.output
