"""Run a plan, command by command. (`plan.script` prints one instead.)"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from csvgate_ops.deploy import DeployError
from csvgate_ops.deploy.plan.model import ByHand, Command, Lookup, Plan, Step, Write
from csvgate_ops.deploy.plan.planner import substituted
from csvgate_ops.deploy.plan.script import by_hand_line, shell_line
from csvgate_ops.deploy.run.gcloud import Finished, Runner, failed
from csvgate_ops.deploy.run.propagation import LONGEST_WAIT_SECONDS, is_unexplained, spreading

_FIRST_PAUSE_SECONDS = 2.0
_LONGEST_PAUSE_SECONDS = 30.0
_UNEXPLAINED_PAUSE_SECONDS = 10.0
"""The first pause after a failure without an explanation: faults inside a service last longer than
the spreading of most changes."""


class Stopped(DeployError):
    """A person must do something before the plan can go on."""


@dataclass(slots=True)
class Execution:
    """One run of a plan. `folder` is the repository. `say` gets each line of progress, and `sleep`
    waits between tries. A command that fails because a change has not spread yet is retried for at
    most `max_wait` seconds, which `clock` measures: a deploy of a function runs for minutes
    before it fails."""

    run: Runner
    folder: Path
    say: Callable[[str], None]
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    max_wait: float = LONGEST_WAIT_SECONDS
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
                reasons = "".join(f"\n      {reason}" for reason in step.reason)
                line = shell_line(argv)
                self.say(f"  [{self.done + 1}/{total}] {step.why}{reasons}\n      {line}")
                self._try(argv, step.tries)
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

    def _try(self, argv: tuple[str, ...], tries: int = 1) -> Finished:
        """Run a command until it works. A failure that passes by itself is waited for, for a
        limited time, and one that the service does not explain is tried `tries` times in all."""
        waited, pause, unexplained, first = 0.0, _FIRST_PAUSE_SECONDS, 0, True
        while True:
            began = self.clock()
            finished = self.run(argv)
            # Only what follows the first try is waiting.
            waited, first = waited if first else waited + self.clock() - began, False
            if finished.code == 0:
                return finished
            output = finished.output
            reason = spreading(output)
            if reason is not None:
                most = min(reason.longest_wait, self.max_wait)
                if waited >= most:
                    self.say(f"      still refused after {waited:.0f} s: {reason.what}")
                    raise failed(argv, finished)
                progress = f"after {waited:.0f} of at most {most:.0f} s"
                self.say(f"      not yet ({progress}): {reason.what}; retrying in {pause:.0f} s")
            elif is_unexplained(output) and unexplained + 1 < tries:
                unexplained += 1
                pause = max(pause, _UNEXPLAINED_PAUSE_SECONDS)
                progress = f"try {unexplained + 1} of {tries}"
                self.say(f"      the service does not say why: {progress} in {pause:.0f} s")
            else:
                raise failed(argv, finished)
            self.sleep(pause)
            waited, pause = waited + pause, min(2 * pause, _LONGEST_PAUSE_SECONDS)
