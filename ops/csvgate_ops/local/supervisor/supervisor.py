"""Starts the components, keeps them running and stops them together."""

import select
import signal
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

from csvgate_ops.local.cloud.errors import CloudError, Fault
from csvgate_ops.local.cloud.files import DataDir, last_lines
from csvgate_ops.local.supervisor.component import Component
from csvgate_ops.local.supervisor.probes import is_ready
from csvgate_ops.local.supervisor.process import Child, stop
from csvgate_ops.local.supervisor.process_identity import Process, children, is_stopped
from csvgate_ops.local.supervisor.restarts import LOOP_DEATHS, LOOP_SECONDS, Restarts

START_SECONDS = 60.0
"""A component that is not ready by then is considered failed."""
HUNG_SECONDS = 15.0
"""A component that has been suspended for this long is killed and restarted, as the platform does
with an instance that no longer responds. A busy component is not affected."""
STEP = 0.03
"""Seconds between probes while a component is starting."""
REST = 1.0
"""Seconds between checks while all are ready; SIGCHLD reports a death immediately."""

Report = Callable[[dict[str, Any]], None]


class State(Enum):
    WAITING = auto()
    """Waits for its start, immediately or after a pause."""
    STARTING = auto()
    READY = auto()


@dataclass(slots=True)
class Unit:
    component: Component
    state: State = State.WAITING
    child: Child | None = None
    started: float = 0.0
    not_before: float = 0.0
    restarts: Restarts = field(default_factory=Restarts)
    was_ready: bool = False
    stopped_since: float | None = None


class Supervisor:
    """Supervises components. `report` receives every event; `changed` is called when the children
    change."""

    def __init__(
        self,
        components: tuple[Component, ...],
        data_dir: DataDir,
        instance: str,
        report: Report,
        changed: Callable[["Supervisor"], None],
    ) -> None:
        self.units = {component.name: Unit(component) for component in components}
        self._data_dir = data_dir
        self._instance = instance
        self._report = report
        self._changed = changed
        self._stopping = False
        self._was_up = False
        self._wake, self._waker = socket.socketpair()

    @property
    def children(self) -> dict[str, Child]:
        return {
            name: unit.child
            for name, unit in self.units.items()
            if unit.child is not None and unit.child.exit_status() is None
        }

    @property
    def is_up(self) -> bool:
        return all(unit.state is State.READY for unit in self.units.values())

    def run(
        self,
        on_up: Callable[[], None],
        on_rest: Callable[[], None],
        on_down: Callable[[], None],
    ) -> None:
        """Run until SIGTERM, SIGINT or SIGHUP. Main thread only.

        Calls `on_up` once, then `on_rest` about once a second while all are ready, and `on_down`
        before it stops the children. All of them have ended when it returns or raises. Raises
        CloudError when a component fails.
        """
        self._listen_to_signals()
        try:
            while not self._stopping:
                self._step()
                if self.is_up and not self._was_up:
                    self._was_up = True
                    on_up()
                if self.is_up:
                    on_rest()
                select.select([self._wake], [], [], REST if self.is_up else STEP)
                self._drain()
        finally:
            on_down()
            self.stop()

    def reload_contracts(self) -> list[Process]:
        """Let every component that reads contracts read them again. Return the processes that still
        have the old ones until they end."""
        old = list[Process]()
        for unit in self.units.values():
            if not unit.component.reads_contracts:
                continue
            if unit.component.is_task:
                unit.state = State.WAITING
            elif unit.child is not None:
                old += children(unit.child.process)
                unit.child.reload()
        return old

    def stop(self) -> None:
        """Stop the components that use services first, so that no request is in progress."""
        for first in (True, False):
            units = [u for u in self.units.values() if u.component.stop_first is first]
            stop([unit.child for unit in units if unit.child is not None])

    def _step(self) -> None:
        now = time.monotonic()
        for unit in self.units.values():
            if unit.child is not None:
                status = unit.child.exit_status()
                if status is not None:
                    self._ended(unit, status, now)
                else:
                    self._end_hung(unit, unit.child, now)
            if unit.state is State.WAITING and now >= unit.not_before:
                self._start(unit)
            elif unit.state is State.STARTING:
                self._probe(unit, now)

    def _end_hung(self, unit: Unit, child: Child, now: float) -> None:
        """Kill a suspended child; the next step notices its death."""
        if not is_stopped(child.process):
            unit.stopped_since = None
        elif unit.stopped_since is None:
            unit.stopped_since = now
        elif now - unit.stopped_since >= HUNG_SECONDS:
            unit.stopped_since = None
            name = unit.component.name
            self._report({"event": "hung", "component": name, "seconds": HUNG_SECONDS})
            child.kill()

    def _start(self, unit: Unit) -> None:
        unit.child = Child(unit.component, self._data_dir, self._instance)
        unit.started = time.monotonic()
        unit.state = State.STARTING
        self._report({"event": "starting", "component": unit.component.name})
        self._changed(self)

    def _probe(self, unit: Unit, now: float) -> None:
        child = unit.child
        assert child is not None, "it is starting"  # noqa: S101 - for the type checker
        if all(is_ready(probe) for probe in unit.component.probes):
            self._ready(unit, now)
        elif now - unit.started > START_SECONDS:
            child.kill()
            raise self._failed(unit, f"was not ready within {START_SECONDS:.0f} s")

    def _ready(self, unit: Unit, now: float) -> None:
        unit.state = State.READY
        unit.was_ready = True
        seconds = round(now - unit.started, 2)
        self._report({"event": "ready", "component": unit.component.name, "seconds": seconds})

    def _ended(self, unit: Unit, status: int, now: float) -> None:
        unit.child = None
        self._changed(self)
        if unit.component.is_task and status == 0:
            self._ready(unit, now)
            return
        how = (
            f"was killed by {_signal_name(-status)}" if status < 0 else f"exited with code {status}"
        )
        if not unit.was_ready:
            raise self._failed(unit, f"{how} before it was ready")
        pause = unit.restarts.died(now, own_fault=status != -signal.SIGKILL)
        if pause is None:
            reason = f"{how}, {LOOP_DEATHS} times within {LOOP_SECONDS:.0f} s"
            raise self._failed(unit, reason)
        unit.state = State.WAITING
        unit.not_before = now + pause
        self._report(
            {"event": "died", "component": unit.component.name, "how": how, "restart_in": pause}
        )
        self._repeat_tasks_about(unit.component.name)

    def _repeat_tasks_about(self, name: str) -> None:
        """Repeat the tasks of a service, because what they created may be lost."""
        for unit in self.units.values():
            if unit.component.about == name:
                if unit.child is None:
                    unit.state = State.WAITING
                else:
                    # It runs against the service that died. After its death it is started again.
                    unit.child.kill()

    def _failed(self, unit: Unit, message: str) -> CloudError:
        log = self._data_dir.log(unit.component.name)
        return CloudError(
            Fault(
                unit.component.name,
                message,
                remedy=f"see {log}, then run `csvgate up` again",
                log=str(log),
                last_lines=last_lines(log),
            )
        )

    def _listen_to_signals(self) -> None:
        self._wake.setblocking(False)
        self._waker.setblocking(False)
        signal.set_wakeup_fd(self._waker.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._stop_soon)

    def _stop_soon(self, *_: object) -> None:
        self._stopping = True

    def _drain(self) -> None:
        try:
            while self._wake.recv(4096):
                pass
        except BlockingIOError:
            return


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
