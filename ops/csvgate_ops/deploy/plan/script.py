"""Render a plan as a shell script, as `--plan` prints it and golden files contain it."""

import shlex
from collections.abc import Iterator

from csvgate_ops.deploy.plan.model import VARIABLE, ByHand, Effect, Lookup, Plan, Step, Write
from csvgate_ops.text import printable

LONGEST = 400
"""Characters; a longer command gets one line per flag."""
HEAD = """\
{title}
set -euo pipefail
export CLOUDSDK_CORE_DISABLE_PROMPTS=1
"""


def script(plan: Plan, title: str) -> str:
    """Return a script in which each command follows its reason, and which ends with the number of
    items by effect, after the notes. `title` may have several lines."""
    comment = "\n".join(f"# {line}" for line in title.splitlines())
    lines = [HEAD.format(title=comment).rstrip()]
    for stage in plan.stages:
        lines += ["", f"# {stage.title}", *(_line(step) for step in stage.steps)]
    if plan.notes:
        lines += ["", *(f"# {printable(note)}" for note in plan.notes)]
    if plan.counts:
        lines += ["", f"# {summary(plan)}"]
    return "\n".join(lines) + "\n"


def summary(plan: Plan) -> str:
    """Return the number of items by effect: `Summary: create 2, change 1, delete 0, unchanged 8`.
    Items that a person must create are only mentioned if there are any."""
    shown = (e for e in Effect if e is not Effect.BY_HAND or plan.counts[e])
    return "Summary: " + ", ".join(f"{e.value} {plan.counts[e]}" for e in shown)


def shell_line(argv: tuple[str, ...], before_flag: str = " --") -> str:
    """Quote an argument vector for a shell. Variables stay open to expansion."""
    quoted = [_quoted(part) for part in argv]
    return "".join(
        f"{before_flag}{part[2:]}" if part.startswith("--") else f" {part}" for part in quoted
    )[1:]


def by_hand_line(step: ByHand) -> str:
    """Return the command that a person must run."""
    return f"{shell_line(step.argv)}{' < FILE' if step.reads_file else ''}"


def _line(step: Step) -> str:
    if isinstance(step, Lookup):
        return f"{step.variable}=$({shell_line(step.argv)})"
    if isinstance(step, ByHand):
        by_hand = f"# run by hand first: {by_hand_line(step)}"
        return f"{by_hand}\n[[ $({shell_line(step.check)}) == {step.answer} ]]"
    if isinstance(step, Write):
        return f"cat > {step.path} <<'END'\n{step.text}\nEND"
    line = shell_line(step.argv)
    line = line if len(line) <= LONGEST else shell_line(step.argv, " \\\n  --")
    return "\n".join([*(f"# {reason}" for reason in step.reason), line])


def _quoted(part: str) -> str:
    if VARIABLE.search(part) is None and "`" not in part:
        return shlex.quote(part)
    return '"' + "".join(_escaped(part)) + '"'


def _escaped(part: str) -> Iterator[str]:
    variables = {found.start() for found in VARIABLE.finditer(part)}
    for at, character in enumerate(part):
        special = character in '"\\`' or (character == "$" and at not in variables)
        yield f"\\{character}" if special else character
