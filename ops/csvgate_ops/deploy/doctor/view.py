"""What the doctor found, for a terminal and as JSON."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence

import click

from csvgate.text import counted
from csvgate_ops.deploy.doctor.model import Check
from csvgate_ops.text import printable

COLOURS = {"ok": "green", "fault": "red", "skipped": "yellow"}


def lines(checks: Sequence[Check]) -> Iterator[str]:
    """A line for each check that is well and for each fault; under a fault, how to mend it."""
    for check in checks:
        if not check.faults:
            said = check.said or ""
            text = f"{check.about}: not asked, {check.skipped}" if check.skipped else check.about
            yield _line(check.state, f"{text}: {said}" if said else text)
        for fault in check.faults:
            yield _line("fault", f"{check.about}: {fault.said}")
            for command in fault.fix:
                yield f"         {printable(command)}"


def _line(state: str, text: str) -> str:
    return f"{click.style(f'{state:7}', fg=COLOURS[state])}  {printable(text)}"


def summary(checks: Sequence[Check], project: str) -> str:
    faults = sum(len(check.faults) for check in checks)
    skipped = Counter(check.state for check in checks)["skipped"]
    text = f"{counted(faults, 'fault')} in {counted(len(checks), 'check')} of {project}"
    return f"{text}, of which {skipped} could not be made" if skipped else text


def as_json(checks: Sequence[Check], environment: str, project: str) -> str:
    listed = [
        {
            "about": check.about,
            "state": check.state,
            "said": check.skipped or check.said,
            "faults": [
                {"code": fault.code, "said": fault.said, "fix": list(fault.fix)}
                for fault in check.faults
            ],
        }
        for check in checks
    ]
    answer = {"environment": environment, "project": project, "checks": listed}
    return json.dumps(answer, indent=2, ensure_ascii=False)
