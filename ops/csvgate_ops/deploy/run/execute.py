"""Run a plan, command by command. An executor; `script` is the other one."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from csvgate_ops.deploy.errors import DeployError
from csvgate_ops.deploy.plan.model import ByHand, Command, Lookup, Plan, Step, Write
from csvgate_ops.deploy.plan.planner import substituted
from csvgate_ops.deploy.plan.script import words
from csvgate_ops.deploy.run.gcloud import CommandFailed, Finished, Runner
from csvgate_ops.deploy.run.propagation import passes

PATIENCE = 660.0
"""Cloud Monitoring says itself that it may take ten minutes to know a metric."""
LONGEST_PAUSE = 30.0


class Stopped(DeployError):
    """A person must do something first."""


@dataclass(slots=True)
class Execution:
    """`folder` is the repository. `say` is told what happens, `sleep` waits between tries, for
    `patience` seconds in all."""

    run: Runner
    folder: Path
    say: Callable[[str], None]
    sleep: Callable[[float], None] = time.sleep
    patience: float = PATIENCE
    values: dict[str, str] = field(default_factory=dict)
    done: int = 0

    def all_of(self, plan: Plan) -> None:
        """Raises CommandFailed, Stopped; what was done stays, and another plan goes on there."""
        whole = sum(isinstance(step, Command) for step in plan.steps)
        for stage in plan.stages:
            self.say(stage.title)
            for step in stage.steps:
                self._step(step, whole)

    def _step(self, step: Step, whole: int) -> None:
        match step:
            case Lookup(variable, argv):
                self.values[variable] = self._value(argv)
            case ByHand():
                self._by_hand(step)
            case Command():
                argv = substituted(step, self.values)
                self.say(f"  [{self.done + 1}/{whole}] {step.why}\n      {words(argv)}")
                self._try(argv)
                self.done += 1
            case Write(path, text):
                (self.folder / path).write_text(text, encoding="utf-8")

    def _value(self, argv: tuple[str, ...]) -> str:
        found = self._try(argv).stdout.strip()
        if not found:
            raise DeployError(f"no answer from\n  {words(argv)}")
        return found

    def _by_hand(self, step: ByHand) -> None:
        finished = self.run(step.check)
        if finished.code or finished.stdout.strip() != step.answer:
            raise Stopped(f"{step.why}. Add one, then deploy again:\n  {words(step.argv)} < FILE")

    def _try(self, argv: tuple[str, ...]) -> Finished:
        waited, pause = 0.0, 2.0
        while True:
            finished = self.run(argv)
            if finished.code == 0:
                return finished
            said = f"{finished.stderr}\n{finished.stdout}"
            if waited >= self.patience or not passes(said):
                raise CommandFailed(argv, finished)
            self.say(f"      not yet known everywhere: again in {pause:.0f} s")
            self.sleep(pause)
            waited, pause = waited + pause, min(2 * pause, LONGEST_PAUSE)
