"""After an interruption at any command, the next run does the rest and repeats nothing."""

from collections.abc import Sequence

import pytest

from csvgate_ops.deploy.plan.model import Command, Observed, Plan, Step
from csvgate_ops.deploy.plan.planner import plan
from unit.deploy.plan.environments import COMPANY, ENVIRONMENTS, wanted
from unit.deploy.plan.fake_monitoring import named
from unit.deploy.plan.fake_project import FakeProject


def what(steps: Sequence[Step]) -> list[list[str]]:
    """The commands, without what an update of policies may leave out. An upload that leaves alone
    what is there counts once, because it may be repeated."""
    commands = [step.argv for step in steps if isinstance(step, Command)]
    once = dict.fromkeys(argv for argv in commands if "--no-clobber" in argv)
    repeated = [argv for argv in commands if argv not in once]
    left_out = ("--min-retry-delay", "--max-retry-delay")
    return sorted(
        [named(part) for part in argv if not part.startswith(left_out)]
        for argv in (*once, *repeated)
    )


@pytest.mark.parametrize(("name", "every"), [*((name, 1) for name in ENVIRONMENTS), (COMPANY, 7)])
def test_interrupted_anywhere(name: str, every: int) -> None:
    desired = wanted(name)
    whole = plan(desired, Observed()).steps
    for done in range(0, len(whole) + 1, every):
        project = FakeProject()
        for step in whole[:done]:
            project.apply(step)
        rest = plan(desired, project.observed())
        for step in rest.steps:
            project.apply(step)
        assert Plan(()) == plan(desired, project.observed())
        assert what(whole) == what((*whole[:done], *rest.steps))
