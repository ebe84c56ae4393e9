"""Errors of the local cloud, with what is needed to fix them."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from csvgate_ops.program import program


@dataclass(frozen=True, slots=True)
class Fault:
    """A problem; `component` is the process or the input (topology, ports, …) that has it."""

    component: str
    message: str
    remedy: str = ""
    log: str = ""
    """Path of the component's log."""
    last_lines: tuple[str, ...] = ()

    def describe(self) -> str:
        """Several lines for a terminal."""
        lines = [f"{self.component}: {self.message}"]
        if self.last_lines:
            lines += [
                f"the last lines of {self.log}:",
                *(f"    {line}" for line in self.last_lines),
            ]
        if self.remedy:
            lines.append(f"to fix it: {self.remedy}")
        return "\n".join(lines)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Fault":
        return cls(**(data | {"last_lines": tuple(data.get("last_lines", ()))}))


class CloudError(Exception):
    """An expected failure of the local cloud."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.describe())
        self.fault = fault


def not_running(data_dir: Path) -> Fault:
    """Return the fault that no local cloud has its state in this folder."""
    return Fault(
        "csvgate",
        f"no local cloud is running in {data_dir}",
        remedy=f"start it with {program()} up, or give the --data-dir of the one that is running",
    )
