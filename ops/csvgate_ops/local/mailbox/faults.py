"""Faults that a test asks for: the next mail/send requests fail in the way it says."""

import threading
from collections import deque

from pydantic import BaseModel, ConfigDict, Field


class FaultPlan(BaseModel):
    """What happens to the next `times` requests, in the order the plans were given.

    A `status` answers with it instead of taking the email. Otherwise the email is taken, and then
    the answer waits `delay_seconds`, or never comes because the connection is dropped (`drop`).
    """

    model_config = ConfigDict(extra="forbid")

    times: int = Field(1, ge=1, le=10_000)
    status: int | None = Field(None, ge=400, le=599)
    headers: dict[str, str] = {}
    message: str = "asked for by a test"
    delay_seconds: float = Field(0, ge=0, le=600)
    drop: bool = False


class Faults:
    """A queue, in memory: a restart forgets it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._plans: deque[FaultPlan] = deque()

    def add(self, plan: FaultPlan) -> None:
        with self._lock:
            self._plans.append(plan.model_copy())

    def clear(self) -> None:
        with self._lock:
            self._plans.clear()

    def next(self) -> FaultPlan | None:
        """The plan for one request, used up by one."""
        with self._lock:
            if not self._plans:
                return None
            plan = self._plans[0]
            plan.times -= 1
            if plan.times == 0:
                self._plans.popleft()
            return plan

    def waiting(self) -> list[FaultPlan]:
        with self._lock:
            return [plan.model_copy() for plan in self._plans]
