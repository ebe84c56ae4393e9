"""Injects faults into the processes of a local cloud from a thread, and counts them."""

import json
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.request import urlopen

from chaos.faults import Fault, Kind
from csvgate_ops.local.supervisor.process_identity import Process, identify
from local_cloud import LocalCloud


class Injector:
    """A context manager that injects faults while it is open. Afterwards no process is stopped."""

    def __init__(self, cloud: LocalCloud, faults: Iterable[Fault]) -> None:
        self.done: Counter[tuple[str, Kind]] = Counter()
        """Faults that hit a living process, by component and kind."""
        self._cloud = cloud
        self._faults = faults
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="chaos")
        self._failed: BaseException | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._end.set()
        self._thread.join()
        if self._failed is not None and error is None:
            raise self._failed

    def _run(self) -> None:
        try:
            for fault in self._faults:
                if self._end.wait(fault.after):
                    return
                if self._inject(fault):
                    self.done[fault.component, fault.kind] += 1
        except BaseException as error:  # noqa: BLE001 - raised again where the context ends
            self._failed = error

    def _inject(self, fault: Fault) -> bool:
        """Inject a fault; return False if the component has no living process now."""
        if fault.kind is Kind.SATURATION:
            return self._saturate(fault.component, fault.refused)
        pid = self._cloud.pids.get(fault.component)
        process = identify(pid) if pid else None
        if process is None:
            return False
        match fault.kind:
            case Kind.KILL:
                return _send(process.pid, signal.SIGKILL)
            case Kind.KILL_WORKER:
                workers = group(process.pid) - {process.pid}
                return bool(workers) and _send(min(workers), signal.SIGKILL)
            case Kind.STOP:
                return self._stop(process, fault.hold)
            case Kind.SIEGE:
                return self._besiege(fault.component, fault.hold)

    def _saturate(self, function: str, events: int) -> bool:
        """Return False if the Eventarc stand-in does not answer, because it was hit itself."""
        body = json.dumps({"function": function, "refuse": events}).encode()
        faults = f"{self._cloud.endpoints['eventarc']}/_faults"
        try:
            urlopen(faults, body, timeout=2).close()  # noqa: S310 - loopback
        except OSError:
            return False
        return True

    def _besiege(self, component: str, seconds: float) -> bool:
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self._end.wait(0.1):
            pid = self._cloud.pids.get(component)
            if pid and identify(pid):
                _send(pid, signal.SIGKILL)
        return True

    def _stop(self, process: Process, seconds: float) -> bool:
        try:
            os.killpg(process.pid, signal.SIGSTOP)
        except ProcessLookupError:
            return False
        try:
            self._end.wait(seconds)
        finally:
            if identify(process.pid) == process:
                os.killpg(process.pid, signal.SIGCONT)
        return True


def group(leader: int) -> set[int]:
    """Return the pids of a process group."""
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text(encoding="utf-8", errors="replace")
            except OSError:
                continue
            if int(stat[stat.rindex(")") + 2 :].split()[2]) == leader:
                found.add(int(entry.name))
    return found


def _send(pid: int, number: signal.Signals) -> bool:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True
