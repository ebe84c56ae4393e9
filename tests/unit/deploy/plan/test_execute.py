"""Running a plan: temporary failures are retried, all others stop it at once."""

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from csvgate_ops.deploy import DeployError
from csvgate_ops.deploy.plan.model import (
    ByHand,
    Command,
    Key,
    Lookup,
    Observed,
    Plan,
    Stage,
    Step,
    Write,
)
from csvgate_ops.deploy.plan.planner import plan
from csvgate_ops.deploy.run.execute import Execution, Stopped
from csvgate_ops.deploy.run.gcloud import (
    CommandFailed,
    Finished,
    GcloudMissing,
    JsonReader,
    Subprocesses,
)
from csvgate_ops.deploy.run.propagation import LONGEST_WAIT_SECONDS
from unit.deploy.plan.environments import healthy_project, wanted
from unit.deploy.plan.test_planner import with_field

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


@pytest.mark.parametrize(
    ("words", "cause"),
    [
        (EVENTARC, "the role of Eventarc's agent"),
        (DISABLED, "the API is being enabled"),
        (ACCOUNT, "the service account is new, and not known everywhere"),
        (BUCKET, "the role of Cloud Storage's agent for publishing"),
        (ROLE, "the custom role is new, and not known everywhere"),
    ],
)
def test_propagation_is_waited_for(words: str, cause: str) -> None:
    run = Scripted(failed(words), failed(words), SUCCESS)
    said, waited = execute(run, Command(("gcloud", "x"), "why"))
    assert [("gcloud", "x")] * 3 == run.asked
    assert [2.0, 4.0] == waited
    assert [line for line in said if "retrying" in line] == [
        f"      not yet (after {after} of at most 660 s): {cause}; retrying in {pause} s"
        for after, pause in ((0, 2), (2, 4))
    ]


def test_propagation_that_takes_too_long() -> None:
    run, said, waited = Scripted(*[failed(EVENTARC)] * 100), list[str](), list[float]()
    one = Plan((Stage("All", (Command(("gcloud", "x"), "why"),)),))
    with pytest.raises(CommandFailed, match="Eventarc Service Agent"):
        Execution(run, Path(), said.append, waited.append).all_of(one)
    assert 10 < len(run.asked) < 30
    assert LONGEST_WAIT_SECONDS <= sum(waited) < LONGEST_WAIT_SECONDS + max(waited)
    assert said[-1] == "      still refused after 660 s: the role of Eventarc's agent"


def test_the_time_that_a_command_runs_is_part_of_the_wait() -> None:
    """A deploy of a function is refused only after minutes. The first try is no wait."""
    now = 0.0

    def run(argv: Sequence[str]) -> Finished:
        nonlocal now
        assert ("gcloud", "x") == argv
        now += 180
        return failed(EVENTARC)

    def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds

    one = Plan((Stage("All", (Command(("gcloud", "x"), "why"),)),))
    with pytest.raises(CommandFailed, match="Eventarc Service Agent"):
        Execution(run, Path(), lambda _: None, sleep, lambda: now).all_of(one)
    assert LONGEST_WAIT_SECONDS <= now - 180 < LONGEST_WAIT_SECONDS + 180 + 30


def test_a_message_that_may_mean_a_missing_role_is_waited_for_shorter() -> None:
    words = "Permission 'iam.serviceaccounts.actAs' denied on service account x (or it may not"
    run, waited = Scripted(*[failed(words)] * 100), list[float]()
    one = Plan((Stage("All", (Command(("gcloud", "x"), "why"),)),))
    with pytest.raises(CommandFailed, match="actAs"):
        Execution(run, Path(), lambda _: None, waited.append).all_of(one)
    assert 240 <= sum(waited) < 240 + max(waited)


@pytest.mark.parametrize(
    "words",
    [
        "ERROR: (gcloud.functions.deploy) OperationError: code=13, message=None",
        "ERROR: (gcloud.functions.deploy) OperationError: code=2, message=x",
        "ERROR: (gcloud.functions.deploy) INTERNAL: An internal error has occurred (4f2)",
    ],
)
def test_an_unexplained_failure_of_a_creation_is_tried_three_times(words: str) -> None:
    run = Scripted(failed(words), failed(words), SUCCESS)
    said, waited = execute(run, Command(("gcloud", "x"), "why", tries=3))
    assert [10.0, 20.0] == waited
    assert "      the service does not say why: try 3 of 3 in 20 s" in said
    run = Scripted(*[failed(words)] * 9)
    with pytest.raises(CommandFailed):
        execute(run, Command(("gcloud", "x"), "why", tries=3))
    assert 3 == len(run.asked)
    run = Scripted(*[failed(words)] * 9)
    with pytest.raises(CommandFailed):
        execute(run, Command(("gcloud", "x"), "why"))
    assert 1 == len(run.asked)


def test_an_explained_failure_of_a_creation_is_not_repeated() -> None:
    words = "OperationError: code=3, message=Build failed with status: FAILURE and message: pip"
    run = Scripted(failed(words))
    with pytest.raises(CommandFailed, match="Build failed"):
        execute(run, Command(("gcloud", "x"), "why", tries=3))
    assert 1 == len(run.asked)


def test_only_functions_that_never_worked_are_tried_again() -> None:
    created = plan(wanted("dev"), Observed())
    again = {s.why for s in created.steps if isinstance(s, Command) and s.tries > 1}
    names = ("notify-stakeholders", "enrich-records", "validate-and-parse")
    assert {f"create function {name}" for name in names} == again
    for field, value, tries in (("memory", "1Gi", 1), ("state", "FAILED", 3)):
        key, healthy = Key("function", "enrich-records"), healthy_project(wanted("dev"))
        (step,) = plan(wanted("dev"), with_field(healthy, key, field, value)).steps
        assert isinstance(step, Command)
        assert tries == step.tries


def test_the_reason_of_a_command_is_shown() -> None:
    reason = ("function f: memory: 2Gi → 4Gi",)
    said, _ = execute(Scripted(SUCCESS), Command(("gcloud", "x"), "change f", reason))
    assert "  [1/1] change f\n      function f: memory: 2Gi → 4Gi\n      gcloud x" in said


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


@pytest.mark.parametrize(
    ("argv", "printed"),
    [
        (("gcloud", "x", "list"), ""),
        (("gcloud", "x", "list"), "Updates are available for some components."),
        (("gcloud", "x", "list"), '[{"name": "a"},'),
        (("gcloud", "x", "list"), "null"),
        (("bq", "show"), "Welcome to BigQuery!"),
    ],
)
def test_an_answer_that_is_not_json_is_not_an_empty_project(
    argv: tuple[str, ...], printed: str
) -> None:
    with pytest.raises(DeployError, match=r"a command printed (nothing|something else)") as caught:
        JsonReader(Scripted(Finished(0, printed, ""))).read(argv)
    assert not printed or printed not in str(caught.value)  # it may be a secret


def test_output_that_is_not_utf_8_is_read(tmp_path: Path) -> None:
    """A damaged object can have any bytes; it is refused for its hash, not for its encoding."""
    finished = Subprocesses(tmp_path, dict(os.environ))(("printf", r"a\xffb"))
    assert Finished(0, "a\ufffdb", "") == finished
