"""The layout of the data directory, and writing files atomically."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class DataDir:
    """The data directory of one local cloud."""

    root: Path

    def create(self) -> None:
        """Create the directory, or take it over: only its owner may read it, because uploads and
        emails lie in it."""
        self.root.mkdir(parents=True, exist_ok=True)
        self.root.chmod(0o700)
        self.logs.mkdir(exist_ok=True)

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def endpoints(self) -> Path:
        """Exists while all components are ready."""
        return self.root / "endpoints.json"

    @property
    def supervisor(self) -> Path:
        """The supervisor and its children, by pid and start time."""
        return self.root / "supervisor.json"

    @property
    def failure(self) -> Path:
        """The fault that ended the last run, if any."""
        return self.root / "failure.json"

    @property
    def lock(self) -> Path:
        """Held by the supervisor while it runs."""
        return self.root / "lock"

    @property
    def ports(self) -> Path:
        return self.root / "ports.json"

    @property
    def credentials(self) -> Path:
        return self.root / "credentials.json"

    def log(self, component: str) -> Path:
        return self.logs / f"{component}.log"

    def state(self, component: str) -> Path:
        """Return the folder for a component's state, which survives `down`."""
        return self.root / component


def write_json(path: Path, data: Any, mode: int = 0o644) -> None:
    """Replace the file atomically."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(data, file, indent=2)
        file.write("\n")
    draft.replace(path)


def read_json(path: Path) -> Any:
    """Return the parsed file, or None if it is missing or is not JSON."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def last_lines(path: Path, count: int = 15) -> tuple[str, ...]:
    """Return the last lines of a log, of which at most 16 KiB are read."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - 16384))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return ()
    return tuple(line for line in text.splitlines() if line.strip())[-count:]
