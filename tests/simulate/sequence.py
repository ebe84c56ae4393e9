"""Run one delivery after another, with crashes at chosen side effects.

Effects are counted as they pass the door of the fakes: one that the code gains tomorrow is a point
more, and no list of them is kept anywhere.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from fakes.effects import Effect, Effects
from simulate.promise import check
from simulate.replay import replay_all
from simulate.world.cloud import AnyBoundary, Revision, cloud
from simulate.world.crash import Crash, Violation
from simulate.world.parcels import Mailroom, Parcel
from simulate.world.people import People
from simulate.world.watch import Email, unmarked_email, watch

Happening = Callable[["Sequence"], None]
FIRST = Revision()
MOST_DELIVERIES = 400


@dataclass(frozen=True, slots=True)
class Scenario:
    """`begin` happens first; `then` after the first delivery, crashed or not; `upon_crash` after
    the first that crashed; `last` when everything is delivered."""

    name: str
    begin: Happening
    then: Happening | None = None
    upon_crash: Happening | None = None
    last: Happening | None = None
    revision: Revision = FIRST
    versioned: bool = False
    """Overwritten generations can still be read."""
    eager: bool = False
    """Messages arrive as soon as they are sent, not only once the publisher waits for them."""


@dataclass(frozen=True, slots=True, order=True)
class Point:
    """A point just before or after the effect with this number, from 1 in the order of the run."""

    number: int
    after: bool

    def __str__(self) -> str:
        return f"{'after' if self.after else 'before'} effect {self.number}"


@dataclass
class Sequence:
    scenario: Scenario
    points: tuple[Point, ...] = ()
    log: list[str] = field(default_factory=list)
    """Each effect that was begun, with its delivery."""
    firsts: set[int] = field(default_factory=set)
    """The numbers of the first effect of each delivery."""

    def __post_init__(self) -> None:
        effects = Effects(self._before, self._after)
        self.cloud = cloud(effects, self.scenario.revision)
        self.cloud.store.versioned = self.scenario.versioned
        self.cloud.publisher.eager = self.scenario.eager
        self.mailroom = Mailroom(self.cloud)
        self.people = People(self.cloud, self.mailroom)
        self.instances: dict[str, AnyBoundary] = {}
        self._crashes = frozenset(self.points)
        self._upon_crash = self.scenario.upon_crash
        self._delivering: Parcel | None = None
        self._unmarked: Email | None = None

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
        replay_all(self.people, self._drain)
        check(self.people)

    def redeploy(self, revision: Revision) -> None:
        self.cloud.deploy(revision)
        self.instances.clear()

    def _drain(self) -> None:
        for _ in range(MOST_DELIVERIES):
            if not self._deliver():
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
        if parcel.function not in self.instances:
            self.instances[parcel.function] = self.cloud.instance(parcel.function)
        self._delivering, self._unmarked = parcel, None
        self.firsts.add(len(self.log) + 1)
        try:
            self.instances[parcel.function](parcel.event())
        except Violation:
            raise
        except Crash:
            del self.instances[parcel.function]
            self.mailroom.retry(parcel)
            self._crashed()
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

    def _crashed(self) -> None:
        if self._upon_crash:
            happening, self._upon_crash = self._upon_crash, None
            happening(self)

    def _before(self, effect: Effect) -> None:
        if self._delivering:
            self.log.append(f"{self._delivering}: {effect.kind} {effect.target}")
            self._crash(after=False)

    def _after(self, effect: Effect) -> None:
        if self._delivering:
            watch(self.people, effect)
            self._unmarked = unmarked_email(self.cloud, effect, self._unmarked)
            self._crash(after=True)

    def _crash(self, *, after: bool) -> None:
        if self._crashes and Point(len(self.log), after) in self._crashes:
            raise Crash
