"""Fault injection for tests: the next mail/send requests fail as planned."""

import threading
from collections import deque

from pydantic import BaseModel, ConfigDict, Field


class FaultPlan(BaseModel):
    """The fault of the next `times` requests; plans apply in the order they were added.

    With a `status`, the email is refused with it, and with `no_credits` as SendGrid does when the
    plan's emails are used up. Otherwise the email is accepted, and then the response waits
    `delay_seconds`, or the connection is closed without a response (`drop`).
    """

    model_config = ConfigDict(extra="forbid")

    times: int = Field(1, ge=1, le=10_000)
    status: int | None = Field(None, ge=400, le=599)
    no_credits: bool = False
    headers: dict[str, str] = {}
    message: str = "requested by a test"
    delay_seconds: float = Field(0, ge=0, le=600)
    drop: bool = False


class Faults:
    """A queue of plans in memory, which is lost at a restart."""

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
        """Take the plan for one request, or None."""
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
