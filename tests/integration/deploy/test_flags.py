"""Every command that deploy plans or reads with exists in the installed gcloud, with each of its
flags, and none of them is deprecated."""

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import pytest

from csvgate_ops.deploy.contracts.history import history
from csvgate_ops.deploy.kinds import KINDS, traffic
from csvgate_ops.deploy.plan.model import Binding, Command, Desired, Lookup, Observed, Step
from csvgate_ops.deploy.plan.observe import observe
from csvgate_ops.deploy.plan.planner import plan
from csvgate_ops.deploy.plan.teardown import teardown
from csvgate_ops.deploy.preflight.examine import examine
from csvgate_ops.deploy.run.gcloud import Finished, JsonReader, Runner
from servers import ROOT
from standin import sdk
from unit.deploy.deployer.test_bootstrap import ran
from unit.deploy.doctor.facts import contracts
from unit.deploy.plan.environments import (
    EXAMPLES,
    environment,
    healthy_project,
    wanted,
    with_schedules,
)
from unit.deploy.plan.test_reads import Complete
from unit.deploy.preflight.recorded import Recorded, answers, request

pytestmark = pytest.mark.skipif(sdk.missing() is not None, reason=str(sdk.missing()))


def python() -> str:
    """Return the Python that comes with the SDK, or this one if it comes without."""
    own = sdk.root() / "platform" / "bundledpythonunix" / "bin" / "python3"
    return str(own) if own.exists() else sys.executable


def wrong(commands: Iterable[tuple[str, ...]]) -> list[str]:
    """Return what gcloud's own definition of its commands says about these."""
    asked = [list(argv[1:]) for argv in dict.fromkeys(commands) if argv[0] == "gcloud"]
    assert asked
    done = subprocess.run(
        [python(), "-S", ROOT / "tests" / "standin" / "flags.py", sdk.root()],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    found: list[str] = json.loads(done.stdout)
    return found


def every(desired: Desired) -> Iterator[Step]:
    """Yield the steps that create, update and delete everything."""
    healthy = healthy_project(desired)
    yield from plan(desired, Observed()).steps
    yield from _changes(desired)
    surplus = replace(healthy, bindings=frozenset(_everybody(desired)))
    yield from plan(desired, surplus).steps
    yield from teardown(desired, healthy, delete_data=True).steps


def _changes(desired: Desired) -> Iterator[Step]:
    """Yield the steps that change each field that can be changed."""
    for resource in desired.resources:
        kind = KINDS[resource.key.kind]
        for name, value in resource.fields.items():
            if not kind.fields[name].fixed:
                yield from kind.update(desired.place, resource, {name: value})


def _everybody(desired: Desired) -> Iterator[Binding]:
    for binding in desired.bindings:
        yield replace(binding, member="allUsers")


def argvs(steps: Iterable[Step]) -> Iterator[tuple[str, ...]]:
    for step in steps:
        if isinstance(step, Command | Lookup):
            yield step.argv


def read_with(desired: Desired) -> list[tuple[str, ...]]:
    asked = list[tuple[str, ...]]()
    observe(desired, JsonReader(remembering(asked, Complete(desired))))
    return asked


def remembering(asked: list[tuple[str, ...]], answer: Runner) -> Runner:
    """Return what answers the same, and writes down what it is asked."""

    def run(argv: Sequence[str]) -> Finished:
        asked.append(tuple(argv))
        return answer(argv)

    return run


def rollouts(desired: Desired) -> Iterator[tuple[str, ...]]:
    """Yield the commands of `csvgate contracts`, of canaries and of rollbacks."""
    yield from argvs(plan(replace(desired, contracts=contracts()), Observed()).steps)
    name, revision = "enrich-records", "enrich-records-00001-abc"
    yield traffic.keep(desired.place, name, revision).argv
    yield traffic.to_latest(desired.place, name).argv
    yield from argvs(traffic.split(desired.place, name, revision, 10))
    asked = list[tuple[str, ...]]()
    nothing = remembering(asked, lambda _: Finished(0, "[]", ""))
    assert () == history(f"{desired.place.project}-contracts", JsonReader(nothing))
    yield from asked


def preflight(name: str) -> list[tuple[str, ...]]:
    asked = list[tuple[str, ...]]()
    known = Recorded(answers(environment(name).project))
    examine(request(remembering(asked, known), name))
    return asked


def test_no_command_or_flag_is_unknown_or_deprecated() -> None:
    environments = [*map(wanted, EXAMPLES), with_schedules()]
    planned = [argv for desired in environments for argv in argvs(every(desired))]
    read = [argv for desired in environments for argv in read_with(desired)]
    examined, rolled_out = preflight("prod"), list(rollouts(wanted("dev")))
    bootstrapped = [*ran("dev"), *ran("prod", exists=True)]
    assert 60 < len({argv[:4] for argv in planned})
    assert all((read, examined, rolled_out, bootstrapped))
    assert [] == wrong([*planned, *read, *examined, *rolled_out, *bootstrapped])


def test_what_it_would_say() -> None:
    assert [
        "gcloud beta pubsub subscriptions modify-ack-deadline: deprecated",
        "gcloud functions deploy --docker-registry: deprecated",
        "gcloud functions deploy --sources: no such flag",
        "gcloud functions deployed: no such command",
    ] == wrong(
        (
            ("gcloud", "functions", "deploy", "f", "--docker-registry=x", "--sources=y"),
            ("gcloud", "functions", "deployed", "--region=x"),
            ("gcloud", "beta", "pubsub", "subscriptions", "modify-ack-deadline", "s"),
        )
    )
