"""The peak memory of each component of a local cloud."""

import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

EVERY = 1.0
"""Seconds."""


class Peaks:
    """A context that samples memory. For a component of several processes, the largest one counts,
    because an instance on Cloud Run is one process."""

    def __init__(self, pids: Callable[[], Mapping[str, int]]) -> None:
        """`pids` returns the leader of each component's process group."""
        self.bytes: dict[str, int] = {}
        self._pids = pids
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="peaks", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._end.set()
        self._thread.join()

    def _run(self) -> None:
        while True:
            leaders = {pid: name for name, pid in self._pids().items()}
            for group, peak in _peaks():
                if name := leaders.get(group):
                    self.bytes[name] = max(peak, self.bytes.get(name, 0))
            if self._end.wait(EVERY):
                return


def _peaks() -> Iterator[tuple[int, int]]:
    """The process group and the peak resident set of every process."""
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            stat = (entry / "stat").read_text(encoding="utf-8", errors="replace")
            status = (entry / "status").read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        for line in status.splitlines():
            if line.startswith("VmHWM:"):
                yield int(stat[stat.rindex(")") + 2 :].split()[2]), int(line.split()[1]) * 1024
