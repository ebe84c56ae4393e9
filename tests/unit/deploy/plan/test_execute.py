"""Running a plan: temporary failures are retried, all others stop it at once."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from csvgate_ops.deploy import DeployError
from csvgate_ops.deploy.plan.model import ByHand, Command, Lookup, Plan, Stage, Step, Write
from csvgate_ops.deploy.run.execute import Execution, Stopped
from csvgate_ops.deploy.run.gcloud import (
    CommandFailed,
    Finished,
    GcloudMissing,
    JsonReader,
    Subprocesses,
)

SUCCESS = Finished(0, "", "")
EVENTARC = "ERROR: Permission denied while using the Eventarc Service Agent. If you recently"
DISABLED = "Eventarc API has not been used in project 123 before or it is disabled. Enable it"
ROLE = "ERROR: Role projects/p/roles/csvgateLoader does not exist in the resource's hierarchy."
ACCOUNT = "ERROR: Service account csvgate-enrich@p.iam.gserviceaccount.com does not exist."
BUCKET = "The Cloud Storage service account for your bucket is unable to publish to Cloud Pub/Sub"


class Scripted:
    """Answers in order, and what was asked."""

    def __init__(self, *answers: Finished) -> None:
        self.answers, self.asked = list(answers), list[tuple[str, ...]]()

    def __call__(self, argv: Sequence[str]) -> Finished:
        self.asked.append(tuple(argv))
        return self.answers.pop(0)


def execute(run: Scripted, *steps: Step, folder: Path = Path()) -> tuple[list[str], list[float]]:
    said: list[str] = []
    waited: list[float] = []
    Execution(run, folder, said.append, waited.append).all_of(Plan((Stage("All", steps),)))
    return said, waited


def failed(words: str) -> Finished:
    return Finished(1, "", words)


@pytest.mark.parametrize("words", [EVENTARC, DISABLED, ACCOUNT, BUCKET, ROLE])
def test_propagation_is_waited_for(words: str) -> None:
    run = Scripted(failed(words), failed(words), SUCCESS)
    said, waited = execute(run, Command(("gcloud", "x"), "why"))
    assert [("gcloud", "x")] * 3 == run.asked
    assert [2.0, 4.0] == waited
    assert "      an earlier change has not spread yet: retrying in 2 s" in said


def test_propagation_that_takes_too_long() -> None:
    run = Scripted(*[failed(EVENTARC)] * 100)
    with pytest.raises(CommandFailed, match="Eventarc Service Agent"):
        execute(run, Command(("gcloud", "x"), "why"))
    assert 10 < len(run.asked) < 30


def test_another_failure_stops_at_once_and_is_shown() -> None:
    run = Scripted(failed("ERROR: (gcloud.x) PERMISSION_DENIED: you may not"))
    with pytest.raises(CommandFailed, match=r"gcloud x '--a=b c'\n    ERROR: .* you may not"):
        execute(run, Command(("gcloud", "x", "--a=b c"), "why"), Command(("gcloud", "y"), "why"))
    assert 1 == len(run.asked)


def test_bq_prints_errors_on_its_standard_output() -> None:
    run = Scripted(Finished(2, "BigQuery error in mk operation: no", ""))
    with pytest.raises(CommandFailed, match="BigQuery error in mk operation: no"):
        execute(run, Command(("bq", "mk"), "why"))


def test_looked_up_values_are_filled_in(tmp_path: Path) -> None:
    run = Scripted(Finished(0, "123\n", ""), SUCCESS)
    lookup = Lookup("PROJECT_NUMBER", ("gcloud", "number"))
    command = Command(("gcloud", "x", "--member=service-${PROJECT_NUMBER}@y"), "why")
    execute(run, lookup, Write("file", "text"), command, folder=tmp_path)
    assert [("gcloud", "number"), ("gcloud", "x", "--member=service-123@y")] == run.asked
    assert "text" == (tmp_path / "file").read_text()


def test_a_lookup_that_prints_nothing() -> None:
    with pytest.raises(
        DeployError, match="the command printed nothing, but its output is needed:\n  gcloud number"
    ):
        execute(Scripted(SUCCESS), Lookup("PROJECT_NUMBER", ("gcloud", "number")))


@pytest.mark.parametrize(
    "answer", [failed("NOT_FOUND"), Finished(0, "DISABLED\n", ""), Finished(0, "", "")]
)
def test_a_manual_step_stops_the_plan_until_it_is_done(answer: Finished) -> None:
    step = ByHand(("gcloud", "add"), ("gcloud", "check"), "ENABLED", "secret s has no version")
    with pytest.raises(
        Stopped, match=r"secret s has no version\. Add one, .*\n  gcloud add < FILE"
    ):
        execute(Scripted(answer), step, Command(("gcloud", "x"), "why"))
    run = Scripted(Finished(0, "ENABLED\n", ""), SUCCESS)
    execute(run, step, Command(("gcloud", "x"), "why"))
    assert [("gcloud", "check"), ("gcloud", "x")] == run.asked


def test_a_listing_runs_once() -> None:
    run = Scripted(Finished(0, "[1]", ""))
    reader = JsonReader(run)
    assert [1] == reader.read(("gcloud", "list")) == reader.read(["gcloud", "list"])
    assert [("gcloud", "list", "--format=json")] == run.asked


def test_bq_prints_nothing_for_an_empty_list() -> None:
    assert [] == JsonReader(Scripted(SUCCESS)).read(("bq", "--format=json", "ls"))


def test_without_gcloud(tmp_path: Path) -> None:
    with pytest.raises(GcloudMissing, match="gcloud is not on the PATH"):
        Subprocesses(tmp_path, {"PATH": str(tmp_path)})(("gcloud", "x"))
