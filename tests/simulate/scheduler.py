"""Run instances of the functions as greenlets, one at a time, until its next call of a port.

The seed decides which one continues, which calls fail and which instances crash.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from greenlet import getcurrent, greenlet

from fakes.effects import Effect, Effects, GaveUp, LateCall
from fakes.pubsub import Publishing
from simulate.world import faults
from simulate.world.cloud import AnyBoundary, Cloud, Revision, cloud
from simulate.world.crash import Crash, Violation
from simulate.world.knobs import CALM, Knobs
from simulate.world.parcels import Mailroom, Parcel
from simulate.world.people import People
from simulate.world.trace import Trace
from simulate.world.watch import Email, execute_late, holds_email, unmarked_email, watch

MOST_STEPS = 100_000
DAY = timedelta(days=1, hours=1)
PAUSES = (timedelta(hours=1), timedelta(hours=5), timedelta(hours=26), timedelta(days=5))
FREEZES = (timedelta(seconds=5), timedelta(seconds=90), timedelta(minutes=20), *PAUSES)
YOUNG = timedelta(seconds=110)
"""How long a stream or a table may not be found after it was created."""
ACK_DEADLINE = timedelta(seconds=60)
SLOWEST = timedelta(seconds=20)
"""The most that one call of notify_stakeholders takes, which its lease relies on."""
NOTIFY = "notify_stakeholders"


@dataclass(eq=False, slots=True)
class Task:
    """One delivery in one instance."""

    name: str
    parcel: Parcel
    boundary: AnyBoundary
    turns: greenlet
    unmarked: Email | None = None
    holds_email: bool = False
    """It has claimed an email that it has neither marked nor given back."""
    publishing: list[Publishing] = field(default_factory=list)
    since: datetime | None = None
    """When its present call began."""
    frozen: datetime | None = None
    """Until when it stands still."""
    doomed: bool = False
    """Its instance has crashed; the task ends at its next call of a port."""
    dead: bool = False


class Scheduler:
    def __init__(self, chance: Random, revision: Revision, trace: Trace) -> None:
        self.chance, self.trace = chance, trace
        self.knobs: Knobs = CALM
        effects = Effects(self._before, self._after, self._looking)
        self.effects = effects
        self.cloud: Cloud = cloud(effects, revision)
        self.cloud.warehouse.lifetimes.young = YOUNG
        self.cloud.warehouse.lifetimes.unseen = self._unseen
        self.cloud.store.corrupt = self._corrupt
        self.mailroom = Mailroom(self.cloud)
        self.people = People(self.cloud, self.mailroom)
        self.tasks: list[Task] = []
        self.warm: dict[str, list[AnyBoundary]] = {}
        """Instances by function; each may have several deliveries at a time."""
        self.current: Task | None = None
        self.steps = self.calls = self.faults = self.crashes = self.deliveries = 0
        self._hub = getcurrent()

    def say(self, what: str, who: str = "—") -> None:
        if self.trace.on:
            self.trace.say(self.cloud.now, who, what)

    # What happens in an instance

    def _looking(self, effect: Effect) -> None:
        if effect.kind == "pubsub.send" and self.current is not None:
            self.current.publishing.append(self.cloud.publisher.under_way[-1])
        if self._turn(effect):
            self._refuse(effect)

    def _before(self, effect: Effect) -> None:
        if task := self._turn(effect):
            self._refuse(effect)
            task.holds_email = holds_email(self.cloud, effect, task.holds_email)

    def _turn(self, effect: Effect) -> Task | None:
        """Let other tasks run first. Returns None for a call that no task makes."""
        task = self.current
        if task is None:
            return None
        if task.dead:
            raise Crash
        self.calls += 1
        self._hub.switch()
        if self.trace.on:
            self.say(f"{effect.kind} {effect.target}", task.name)
        if task.doomed or (self.knobs.crash and self.chance.random() < self.knobs.crash):
            self._crash(task, "before")
        return task

    def _refuse(self, effect: Effect) -> None:
        if not self.knobs.fault or self.chance.random() >= self.knobs.fault:
            return
        error = faults.refused(effect, self.chance)
        if effect.kind in faults.LATE and self.chance.random() < self.knobs.late_call:
            error = GaveUp(faults.given_up(effect))
        self._fail(error)

    def _unseen(self, _name: str) -> bool:
        return self.knobs.hidden > 0 and self.chance.random() < self.knobs.hidden

    def _corrupt(self, bucket: str, _name: str, data: bytes) -> bytes:
        if self.knobs.corrupt and self.chance.random() < self.knobs.corrupt:
            return faults.corrupted(bucket, data, self.chance)
        return data

    def _after(self, effect: Effect) -> None:
        task = self.current
        if task is None:
            return
        watch(self.people, effect)
        task.unmarked = unmarked_email(self.cloud, effect, task.unmarked)
        if self.knobs.crash and self.chance.random() < self.knobs.crash:
            self._crash(task, "after")
        if self.knobs.fault and self.chance.random() < self.knobs.fault:
            self._fail(faults.lost(effect, self.chance))

    def _crash(self, task: Task, when: str) -> None:
        self.crashes += 1
        task.dead = True
        self.say(f"!!! CRASH {when} this", task.name)
        raise Crash

    def _fail(self, error: Exception) -> None:
        self.faults += 1
        self.say(f"!!! {error}", self.current.name if self.current else "")
        raise error

    # What happens around them

    def start(self, parcel: Parcel) -> None:
        self.mailroom.waiting.remove(parcel)
        if self.knobs.saturated and self.chance.random() < self.knobs.saturated:
            self.say("429: no instance", str(parcel))
            self.mailroom.retry(parcel)
            return
        if self.knobs.twin and self.chance.random() < self.knobs.twin:
            self.mailroom.redeliver(parcel, timedelta(seconds=self.chance.choice((0, 10, 60))))
        self.deliveries += 1
        warm = self.warm.setdefault(parcel.function, [])
        boundary = self.chance.choice(warm) if warm and self.chance.random() < 0.7 else None
        name = f"{self.deliveries}:{parcel}"
        self.say("starts" + (" in a warm instance" if boundary else ""), name)
        if boundary is None:
            boundary = self.cloud.instance(parcel.function)
            warm.append(boundary)
        self.tasks.append(Task(name, parcel, boundary, greenlet(self._run)))

    def _run(self, task: Task) -> None:
        try:
            outcome = task.boundary(task.parcel.event())
        except Violation:
            raise
        except Crash:
            self._ended(task, alive=False)
            self.mailroom.retry(task.parcel)
        except Exception as error:  # noqa: BLE001 - as the framework: 500
            self._ended(task, alive=True)
            self.say(f"failed: {error}", task.name)
            self.mailroom.retry(task.parcel)
        else:
            self._ended(task, alive=True)
            self.mailroom.acknowledge(task.parcel)
            self.say(f"→ {outcome}", task.name)
            if self.knobs.duplicate and self.chance.random() < self.knobs.duplicate:
                self._duplicate(task.parcel)

    def _ended(self, task: Task, *, alive: bool) -> None:
        self.tasks.remove(task)
        if task.unmarked:
            self.people.second_emails[task.unmarked] += 1
        if not alive:
            self._others_die(task)
        under_way = self.cloud.publisher.under_way
        for publishing in task.publishing:
            # Nobody waits for it any more: the service may have received it, or not.
            if publishing in under_way:
                if self.chance.random() < 0.5:
                    self._arrive(publishing)
                else:
                    under_way.remove(publishing)

    def _others_die(self, task: Task) -> None:
        """Tasks in the same instance die with it."""
        warm = self.warm.get(task.parcel.function, [])
        self.warm[task.parcel.function] = [
            boundary for boundary in warm if boundary is not task.boundary
        ]
        for other in self.tasks:
            other.doomed = other.doomed or other.boundary is task.boundary

    def _duplicate(self, parcel: Parcel) -> None:
        late = self.chance.random() < self.knobs.late
        self.mailroom.repeat(
            parcel, DAY if late else timedelta(seconds=self.chance.choice((0, 30)))
        )
        self.say(f"will be delivered again{', a day late' if late else ''}", str(parcel))

    def _arrive(self, publishing: Publishing) -> None:
        self.say(f"arrives while nobody waits for it: {publishing.topic}")
        publishing.arrive()

    def step(self) -> bool:
        """One turn of one task, or one event around them; False when nothing is left to do."""
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise Violation("the run never ends")
        self.mailroom.collect()
        if self._happens_around():
            return True
        awake = [task for task in self.tasks if not self._is_frozen(task)]
        if len(awake) < self.knobs.instances:
            now = self.cloud.now
            due = [parcel for parcel in self.mailroom.waiting if parcel.due <= now]
            if due and (not awake or self.chance.random() < 0.3):
                self.start(self.chance.choice(due))
                return True
        if not awake:
            return self._let_time_pass()
        if self.knobs.jump and self.chance.random() < self.knobs.jump * self._jumps():
            self._jump()
        task = self.current
        if task not in awake or self.chance.random() >= self.knobs.stick:
            task = self.chance.choice(awake)
        assert task is not None
        if self.knobs.freeze and self.chance.random() < self.knobs.freeze:
            self._freeze(task)
        else:
            self._resume(task)
        return True

    def _happens_around(self) -> bool:
        """A message or a call arrives that its client does not wait for."""
        under_way, late = self.cloud.publisher.under_way, self.effects.late
        if under_way and self.chance.random() < self.knobs.arrive_early:
            self._arrive(self.chance.choice(under_way))
            return True
        if late and self.chance.random() < self.knobs.late_run:
            call = late.pop(self.chance.randrange(len(late)))
            if self.chance.random() < 0.8:
                self.execute(call)
            return True
        return False

    def execute(self, call: LateCall) -> None:
        """The service executes a call of which its client knows nothing any more."""
        self.say(f"!!! LATE {call.effect.kind} {call.effect.target}")
        self.current = None
        execute_late(self.people, call)

    def _is_frozen(self, task: Task) -> bool:
        return task.frozen is not None and task.frozen > self.cloud.now

    def _freeze(self, task: Task) -> None:
        """The task stands still, and its message is delivered again. Not with an email under way:
        that two instances send one is the documented exception."""
        if task.holds_email or task.doomed:
            return
        pause = self.chance.choice(FREEZES)
        task.frozen = self.cloud.now + pause
        self.say(f"!!! FROZEN for {pause}", task.name)
        if pause > ACK_DEADLINE and task.parcel.id not in self.mailroom.done:
            self.mailroom.redeliver(task.parcel, ACK_DEADLINE)

    def _resume(self, task: Task) -> None:
        self.current, task.since = task, self.cloud.now
        task.turns.switch(task)

    def _jumps(self) -> int:
        """How much likelier minutes pass than otherwise: a delivery that looks for another's email
        makes few calls, and each of them may be slow."""
        return 10 if any(task.parcel.function == NOTIFY for task in self.tasks) else 1

    def _jump(self) -> None:
        """Let time pass, as for slow calls; no call of a delivery that holds an email takes longer
        than SLOWEST, because its lease relies on that."""
        now = self.cloud.now
        begun = [task.since or now for task in self.tasks if task.holds_email]
        if not begun:
            self.cloud.now += timedelta(minutes=self.chance.choice((1, 8)))
        elif (left := min(begun) + SLOWEST - now) > timedelta(0):
            self.cloud.now += left * self.chance.choice((0.5, 0.99))

    def _let_time_pass(self) -> bool:
        self.current = None
        ends = [parcel.due for parcel in self.mailroom.waiting]
        ends += [task.frozen for task in self.tasks if task.frozen is not None]
        if self.knobs.day and self.chance.random() < self.knobs.day:
            self.cloud.now += self.chance.choice(PAUSES)
        elif ends:
            self.cloud.now = max(self.cloud.now, min(ends))
        else:
            return bool(self.effects.late)
        return True
