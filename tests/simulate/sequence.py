"""Run one delivery after another, with something that goes wrong at chosen side effects.

Effects are counted as they pass the door of the fakes: one that the code gains tomorrow is a point
more, and no list of them is kept anywhere.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from fakes.effects import Effect, Effects, GaveUp
from simulate.promise import check
from simulate.replay import replay_all
from simulate.world import faults
from simulate.world.cloud import AnyBoundary, Revision, cloud
from simulate.world.crash import Crash, Violation
from simulate.world.parcels import Mailroom, Parcel
from simulate.world.people import People
from simulate.world.watch import Email, execute_late, unmarked_email, watch

Happening = Callable[["Sequence"], None]
FIRST = Revision()
MOST_DELIVERIES = 400


@dataclass(frozen=True, slots=True)
class Scenario:
    """`begin` happens first; `then` after the first delivery, crashed or not; `at` after the
    deliveries with these numbers, from 1; `each` before each delivery; `upon_crash` after the first
    that crashed or failed without an answer; `upon_freeze` while the first one stands still; `last`
    when everything is delivered. `after` checks the end and may raise Violation."""

    name: str
    begin: Happening
    then: Happening | None = None
    at: Mapping[int, Happening] = field(default_factory=dict)
    each: Happening | None = None
    upon_crash: Happening | None = None
    upon_freeze: Happening | None = None
    last: Happening | None = None
    after: Happening | None = None
    revision: Revision = FIRST
    dies_after: str = ""
    """While one delivery stands still, the first one that takes over dies after it has created an
    object with this in its name, and then the one that stood still continues."""
    corrupt: Callable[["Sequence", bytes], bytes] | None = None
    """What the first read of an upload receives; it may also do something else."""
    versioned: bool = False
    """Overwritten generations can still be read."""
    eager: bool = False
    """Messages arrive as soon as they are sent, not only once the publisher waits for them."""
    max_attempts: int = 5
    points: Literal["none", "one", "pairs"] = "one"
    """What is enumerated: nothing, each single point, or pairs of crashes as well."""


Kind = Literal["before", "after", "late", "frozen"]


@dataclass(frozen=True, slots=True, order=True)
class Point:
    """What goes wrong at the effect with this number, from 1 in the order of the run. The instance
    crashes before or after it. Or its client gives up, and the service executes the call `later`
    deliveries after this one; never, if it is a message or an email. Or the instance stands still
    just before it for `pause`, and another one takes over."""

    number: int
    kind: Kind = "before"
    later: int = 0
    pause: timedelta = timedelta(0)

    @property
    def after(self) -> bool:
        return self.kind == "after"

    def __str__(self) -> str:
        how = f" by {self.later}" if self.later else f" for {self.pause}" if self.pause else ""
        return f"{self.kind}{how} effect {self.number}"


YOUNG = timedelta(seconds=110)
"""How long a stream or a table may not be found, by an instance that takes over."""


@dataclass
class Sequence:
    scenario: Scenario
    points: tuple[Point, ...] = ()
    log: list[str] = field(default_factory=list)
    """Each effect that was begun, with its delivery."""
    firsts: set[int] = field(default_factory=set)
    """The numbers of the first effect of each delivery."""

    def __post_init__(self) -> None:
        self.effects = Effects(self._before, self._after)
        self.cloud = cloud(self.effects, self.scenario.revision)
        self.cloud.store.versioned = self.scenario.versioned
        self.cloud.store.corrupt = self._corrupt
        self.cloud.publisher.eager = self.scenario.eager
        self.cloud.max_attempts = self.scenario.max_attempts
        lifetimes = self.cloud.warehouse.lifetimes
        lifetimes.young, lifetimes.unseen = YOUNG, lambda _: self._hidden
        self.mailroom = Mailroom(self.cloud)
        self.people = People(self.cloud, self.mailroom)
        self.instances: dict[str, AnyBoundary] = {}
        self.deliveries = 0
        self._points = {(p.number, p.after): p for p in self.points}
        self._upon_crash, self._upon_freeze = self.scenario.upon_crash, self.scenario.upon_freeze
        self.corrupt_next = self.scenario.corrupt
        self._delivering: Parcel | None = None
        self._unmarked: Email | None = None
        self._hidden = False
        self._doomed = self._thaws = False
        self._late_after = 0
        self.noted = False

    def run(self) -> None:
        """Raises Violation."""
        self.scenario.begin(self)
        self._deliver()
        if self.scenario.then:
            self.scenario.then(self)
        self._drain()
        if self.scenario.last:
            self.scenario.last(self)
            self._drain()
        self._execute_late()
        replay_all(self.people, self._drain)
        check(self.people)
        if self.scenario.after:
            self.scenario.after(self)

    def redeploy(self, revision: Revision) -> None:
        self.cloud.deploy(revision)
        self.instances.clear()

    def _drain(self) -> None:
        for _ in range(MOST_DELIVERIES):
            if self._thaws or not self._deliver():
                return
        raise Violation("it never ends")

    def _deliver(self) -> bool:
        """Deliver what is due first; False when nothing is left."""
        self.mailroom.collect()
        if not self.mailroom.waiting:
            return False
        parcel = min(self.mailroom.waiting, key=lambda parcel: parcel.due)
        self.mailroom.waiting.remove(parcel)
        self.cloud.now = max(self.cloud.now, parcel.due)
        if self.scenario.each:
            self.scenario.each(self)
        if parcel.function not in self.instances:
            self.instances[parcel.function] = self.cloud.instance(parcel.function)
        self._delivering, self._unmarked = parcel, None
        self.firsts.add(len(self.log) + 1)
        try:
            self.instances[parcel.function](parcel.event())
        except Violation:
            raise
        except Crash:
            self.instances.pop(parcel.function, None)
            self.mailroom.retry(parcel)
            self._went_wrong()
        except Exception:  # noqa: BLE001 - as the framework: 500
            self.mailroom.retry(parcel)
        else:
            self.mailroom.acknowledge(parcel)
        finally:
            self._delivering = None
            # Nobody waits for these messages any more: they are lost.
            self.cloud.publisher.under_way.clear()
        self._ended()
        return True

    def _ended(self) -> None:
        if self._unmarked:
            self.people.second_emails[self._unmarked] += 1
        self.deliveries += 1
        if self.deliveries >= self._late_after:
            self._execute_late()
        if self.deliveries in self.scenario.at:
            self.scenario.at[self.deliveries](self)

    def _went_wrong(self) -> None:
        if self._upon_crash:
            happening, self._upon_crash = self._upon_crash, None
            happening(self)

    def _execute_late(self) -> None:
        while self.effects.late:
            execute_late(self.people, self.effects.late.pop())

    def _before(self, effect: Effect) -> None:
        if self._delivering is None:
            return
        self.log.append(f"{self._delivering}: {effect.kind} {effect.target}")
        point = self._points.get((len(self.log), False))
        if point is None:
            return
        if point.kind == "frozen":
            self._stand_still(self._delivering, point.pause)
        elif point.kind == "before":
            raise Crash
        elif effect.kind not in faults.LATE:
            raise faults.given_up(effect)
        else:
            self._late_after = self.deliveries + 1 + point.later
            self._went_wrong()
            raise GaveUp(faults.given_up(effect))

    def _stand_still(self, parcel: Parcel, pause: timedelta) -> None:
        """Everything else is delivered, and this message too, by other instances. Not with an email
        under way: that two instances send one is the documented exception."""
        if parcel.function == "notify_stakeholders":
            return
        publisher = self.cloud.publisher
        under_way, publisher.under_way = publisher.under_way, []
        mine, self.instances = self.instances, {}
        unmarked = self._unmarked
        self.mailroom.redeliver(parcel, timedelta(0))
        self.cloud.now += pause
        self._hidden = pause < YOUNG
        if self._upon_freeze:
            happening, self._upon_freeze = self._upon_freeze, None
            happening(self)
        self._doomed = bool(self.scenario.dies_after)
        self._drain()
        self._hidden = self._doomed = self._thaws = False
        publisher.under_way = under_way
        self.instances, self._delivering, self._unmarked = mine, parcel, unmarked

    def _after(self, effect: Effect) -> None:
        if self._delivering:
            watch(self.people, effect)
            self._unmarked = unmarked_email(self.cloud, effect, self._unmarked)
            if self._doomed and self.scenario.dies_after in effect.target:
                self._doomed, self._thaws = False, True
                raise Crash
            if (len(self.log), True) in self._points:
                raise Crash

    def _corrupt(self, bucket: str, _name: str, data: bytes) -> bytes:
        if bucket != "uploads" or self.corrupt_next is None:
            return data
        corrupts, self.corrupt_next = self.corrupt_next, None
        return corrupts(self, data)
