"""Run a plan, command by command. (`plan.script` prints one instead.)"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from csvgate_ops.deploy import DeployError
from csvgate_ops.deploy.plan.model import ByHand, Command, Lookup, Plan, Step, Write
from csvgate_ops.deploy.plan.planner import substituted
from csvgate_ops.deploy.plan.script import by_hand_line, shell_line
from csvgate_ops.deploy.run.gcloud import CommandFailed, Finished, Runner
from csvgate_ops.deploy.run.propagation import is_temporary

MAX_WAIT_SECONDS = 660.0
"""Cloud Monitoring's documentation says that it may take ten minutes to know a new metric."""
_LONGEST_PAUSE_SECONDS = 30.0


class Stopped(DeployError):
    """A person must do something before the plan can go on."""


@dataclass(slots=True)
class Execution:
    """One run of a plan. `folder` is the repository. `say` gets each line of progress, and `sleep`
    waits between tries. A command that fails temporarily is retried for `max_wait` seconds."""

    run: Runner
    folder: Path
    say: Callable[[str], None]
    sleep: Callable[[float], None] = time.sleep
    max_wait: float = MAX_WAIT_SECONDS
    values: dict[str, str] = field(default_factory=dict)
    done: int = 0

    def all_of(self, plan: Plan) -> None:
        """Raises CommandFailed, Stopped. What was done stays, and the next plan continues there."""
        total = sum(isinstance(step, Command) for step in plan.steps)
        for stage in plan.stages:
            self.say(stage.title)
            for step in stage.steps:
                self._step(step, total)

    def _step(self, step: Step, total: int) -> None:
        match step:
            case Lookup(variable, argv):
                self.values[variable] = self._value(argv)
            case ByHand():
                self._by_hand(step)
            case Command():
                argv = substituted(step, self.values)
                self.say(f"  [{self.done + 1}/{total}] {step.why}\n      {shell_line(argv)}")
                self._try(argv)
                self.done += 1
            case Write(path, text):
                (self.folder / path).write_text(text, encoding="utf-8")

    def _value(self, argv: tuple[str, ...]) -> str:
        found = self._try(argv).stdout.strip()
        if not found:
            raise DeployError(
                f"the command printed nothing, but its output is needed:\n  {shell_line(argv)}"
            )
        return found

    def _by_hand(self, step: ByHand) -> None:
        finished = self.run(step.check)
        if finished.code or finished.stdout.strip() != step.answer:
            raise Stopped(f"{step.why}. Add one, then deploy again:\n  {by_hand_line(step)}")

    def _try(self, argv: tuple[str, ...]) -> Finished:
        waited, pause = 0.0, 2.0
        while True:
            finished = self.run(argv)
            if finished.code == 0:
                return finished
            output = f"{finished.stderr}\n{finished.stdout}"
            if waited >= self.max_wait or not is_temporary(output):
                raise CommandFailed(argv, finished)
            self.say(f"      an earlier change has not spread yet: retrying in {pause:.0f} s")
            self.sleep(pause)
            waited, pause = waited + pause, min(2 * pause, _LONGEST_PAUSE_SECONDS)
