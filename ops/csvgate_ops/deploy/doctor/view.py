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
    """Yield a line for each check without a fault and for each fault, followed by its fix."""
    for check in checks:
        if not check.faults:
            result = f"not checked, because {check.skipped}" if check.skipped else check.result
            yield _line(check.state, f"{check.subject}: {result}" if result else check.subject)
        for fault in check.faults:
            yield _line("fault", f"{check.subject}: {fault.description}")
            for command in fault.fix:
                yield f"         {printable(command)}"


def _line(state: str, text: str) -> str:
    return f"{click.style(f'{state:7}', fg=COLOURS[state])}  {printable(text)}"


def summary(checks: Sequence[Check], project: str) -> str:
    faults = sum(len(check.faults) for check in checks)
    skipped = Counter(check.state for check in checks)["skipped"]
    text = f"{counted(faults, 'fault')} in {counted(len(checks), 'check')} of {project}"
    return f"{text}; {counted(skipped, 'check')} could not be made" if skipped else text


def as_json(checks: Sequence[Check], environment: str, project: str) -> str:
    listed = [
        {
            "subject": check.subject,
            "state": check.state,
            "result": check.skipped or check.result,
            "faults": [
                {"code": fault.code, "description": fault.description, "fix": list(fault.fix)}
                for fault in check.faults
            ],
        }
        for check in checks
    ]
    document = {"environment": environment, "project": project, "checks": listed}
    return json.dumps(document, indent=2, ensure_ascii=False)
