"""Check a topology for contradictions between its parts, and report every mistake with its path."""

from collections.abc import Collection, Iterator
from typing import NamedTuple

from csvgate.protocol.ledger.effect_paths import SCOPE_ENTRY
from csvgate_ops.deploy.topology.model import CONSOLE, DAY, StorageEvent, Topology
from csvgate_ops.deploy.topology.schedules import mistakes_in_schedules

ROLES_OF_BUCKETS = ("uploads", "rejects", "staging", "ledger", "references", "contracts")
OPERATORS_BUCKETS = ("audit",)
"""Buckets that functions neither know nor have access to."""
ROLES_OF_TOPICS = ("validated", "complete")
DERIVED_VARIABLES = (
    "GOOGLE_CLOUD_PROJECT",
    "CSVGATE_FUNCTION",
    "CSVGATE_BIGQUERY_LOCATION",
    "CSVGATE_DEAD_LETTER_TOPIC",
    "CSVGATE_MAX_DELIVERY_ATTEMPTS",
    "CSVGATE_BREAKER_WINDOW_SECONDS",
    "CSVGATE_BREAKER_LETTERS",
    "CSVGATE_BREAKER_SHARE",
    "CSVGATE_TIMEOUT_SECONDS",
    "CSVGATE_CONCURRENCY",
    "CSVGATE_PROCESSORS",
    "CSVGATE_READ_BYTES_PER_SECOND",
    "CSVGATE_SMALL_UPLOADS",
    "CSVGATE_STREAM_HOUR_SECONDS",
    *(f"CSVGATE_{role.upper()}_BUCKET" for role in ROLES_OF_BUCKETS),
    *(f"CSVGATE_{role.upper()}_TOPIC" for role in ROLES_OF_TOPICS),
)

LEAST_STAGED = 90 * DAY
"""The least number of seconds for which staged chunks are kept. An event may wait for 7 days and
its dead letter for 31, and the same may happen once more after a replay: that is 76 days."""

SCOPES = SCOPE_ENTRY.prefix()
"""How the names of the logs of scopes begin, in the ledger bucket."""
LEAST_UPLOADED = 45 * DAY
"""The least number of seconds for which uploaded objects are kept. An event may wait for 7 days and
its dead letter for 31, and a replayed event for 7 days again."""


class Mistake(NamedTuple):
    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


def mistakes(topology: Topology) -> Iterator[Mistake]:
    """Yield every contradiction in a well-formed topology."""
    yield from _console(topology)
    yield from _roles(topology)
    yield from _names(topology)
    yield from _functions(topology)
    yield from _breakers(topology)
    yield from _triggers(topology)
    yield from _reviews(topology)
    yield from _lifecycles(topology)
    yield from (Mistake(path, text) for path, text in mistakes_in_schedules(topology))
    yield from _known(
        "build.service_account",
        topology.build.service_account,
        topology.service_accounts,
        "service_accounts",
    )
    if not topology.bigquery.load_role.startswith("roles/"):
        yield from _known(
            "bigquery.load_role", topology.bigquery.load_role, topology.custom_roles, "custom_roles"
        )
    if topology.local.retry and topology.local.retry.min_backoff > topology.local.retry.max_backoff:
        yield Mistake("local.retry", "min_backoff is longer than max_backoff")


def _console(topology: Topology) -> Iterator[Mistake]:
    console = topology.console
    if console is None:
        return
    path, name = "console.service_account", console.service_account
    yield from _known(path, name, topology.service_accounts, "service_accounts")
    others = [f.service_account for f in topology.functions.values()]
    others += [t.service_account for t in topology.triggers.values()]
    if name in (*others, topology.build.service_account):
        yield Mistake(path, f"`{name}` also runs something else: give the console its own account")
    if CONSOLE in topology.functions:
        yield Mistake(f"functions.{CONSOLE}", "is the name of the console: choose another one")
    for variable in console.environment:
        if variable in DERIVED_VARIABLES or variable.startswith("CSVGATE_CONSOLE_"):
            yield Mistake("console", f"{variable} is derived from the topology: leave it out")


def _roles(topology: Topology) -> Iterator[Mistake]:
    for role in (*ROLES_OF_BUCKETS, *OPERATORS_BUCKETS):
        if role not in topology.buckets:
            yield Mistake("buckets", f"`{role}` is missing")
    ledger = topology.buckets.get("ledger")
    if ledger is not None and not ledger.uniform_access:
        yield Mistake(
            "buckets.ledger.uniform_access",
            "must be true: the roles on the ledger have conditions, which Cloud Storage only "
            "accepts with uniform bucket-level access",
        )
    for role in ROLES_OF_TOPICS:
        if role not in topology.topics:
            yield Mistake("topics", f"`{role}` is missing")


def _names(topology: Topology) -> Iterator[Mistake]:
    for section, names in (
        ("buckets", {key: bucket.name for key, bucket in topology.buckets.items()}),
        ("topics", {key: topic.name for key, topic in topology.topics.items()}),
    ):
        seen: dict[str, str] = {}
        for key, name in names.items():
            if name in seen:
                yield Mistake(f"{section}.{key}.name", f"`{name}` is also {section}.{seen[name]}")
            seen.setdefault(name, key)


def _known(path: str, name: str, known: Collection[str], section: str) -> Iterator[Mistake]:
    if name not in known:
        yield Mistake(path, f"`{name}` is not in {section}")


def _functions(topology: Topology) -> Iterator[Mistake]:
    for name, function in topology.functions.items():
        path = f"functions.{name}"
        yield from _known(
            f"{path}.service_account",
            function.service_account,
            topology.service_accounts,
            "service_accounts",
        )
        if function.min_instances > function.max_instances:
            yield Mistake(f"{path}.min_instances", "is more than max_instances")
        for variable in (*function.environment, *function.secrets):
            if variable in DERIVED_VARIABLES:
                yield Mistake(path, f"{variable} is derived from the topology: leave it out")
        for variable in function.environment.keys() & function.secrets.keys():
            yield Mistake(f"{path}.secrets.{variable}", "is also in environment")
        for verb in ("read", "create"):
            for key in getattr(function.uses, verb):
                if key in OPERATORS_BUCKETS:
                    yield Mistake(f"{path}.uses.{verb}", f"only operators use `{key}`")
                yield from _known(f"{path}.uses.{verb}", key, topology.buckets, "buckets")
        for key in function.uses.publish:
            yield from _known(f"{path}.uses.publish", key, topology.topics, "topics")
        for key in function.uses.load:
            yield from _known(
                f"{path}.uses.load", key, topology.bigquery.datasets, "bigquery.datasets"
            )
        count = sum(trigger.function == name for trigger in topology.triggers.values())
        if count != 1:
            yield Mistake(
                path,
                f"has {count} triggers, but must have exactly one, with its dead-letter topic",
            )


def _breakers(topology: Topology) -> Iterator[Mistake]:
    for name, function in topology.functions.items():
        if "ledger" not in function.uses.create or "ledger" not in function.uses.read:
            yield Mistake(
                f"functions.{name}.uses", "must read and create `ledger`, which the breaker needs"
            )


def _triggers(topology: Topology) -> Iterator[Mistake]:
    for name, trigger in topology.triggers.items():
        path = f"triggers.{name}"
        yield from _known(f"{path}.function", trigger.function, topology.functions, "functions")
        yield from _known(
            f"{path}.service_account",
            trigger.service_account,
            topology.service_accounts,
            "service_accounts",
        )
        if isinstance(trigger.event, StorageEvent):
            yield from _known(
                f"{path}.event.bucket", trigger.event.bucket, topology.buckets, "buckets"
            )
        else:
            yield from _known(f"{path}.event.topic", trigger.event.topic, topology.topics, "topics")
        yield from _known(
            f"{path}.dead_letter.topic", trigger.dead_letter.topic, topology.topics, "topics"
        )
        if trigger.retry.min_backoff > trigger.retry.max_backoff:
            yield Mistake(f"{path}.retry", "min_backoff is longer than max_backoff")
        function = topology.functions.get(trigger.function)
        if function is not None and trigger.ack_deadline < function.timeout:
            yield Mistake(
                f"{path}.ack_deadline",
                f"{trigger.ack_deadline}s is shorter than the timeout of {trigger.function} "
                f"({function.timeout}s): deliveries would be repeated while it still runs",
            )


def _reviews(topology: Topology) -> Iterator[Mistake]:
    for name, subscription in topology.subscriptions.items():
        yield from _known(
            f"subscriptions.{name}.topic", subscription.topic, topology.topics, "topics"
        )
    for key in {trigger.dead_letter.topic: None for trigger in topology.triggers.values()}:
        topic = topology.topics.get(key)
        if topic is None:
            continue
        review = topology.subscriptions.get(f"{topic.name}-review")
        if review is None or review.topic != key:
            yield Mistake(
                f"topics.{key}",
                f"needs a subscription `{topic.name}-review`, or dead letters are lost",
            )
        elif review.expires != "never":
            yield Mistake(
                f"subscriptions.{topic.name}-review.expires",
                "must be never, or dead letters are lost",
            )


def _lifecycles(topology: Topology) -> Iterator[Mistake]:
    for key, bucket in topology.buckets.items():
        if bucket.retention and bucket.versioning:
            yield Mistake(
                f"buckets.{key}.retention",
                "cannot be combined with versioning: objects that are retained cannot be replaced",
            )
        for index, rule in enumerate(bucket.lifecycle):
            path = f"buckets.{key}.lifecycle[{index}]"
            if rule.delete_after is not None and rule.delete_after < bucket.retention:
                yield Mistake(
                    f"{path}.delete_after",
                    f"must not be shorter than the retention of {bucket.retention}s, within which "
                    "nothing is deleted",
                )
            given = [a for a in (rule.delete_after, rule.delete_noncurrent_after) if a is not None]
            if len(given) != 1:
                yield Mistake(
                    path, "must have exactly one of delete_after and delete_noncurrent_after"
                )
            elif given[0] % DAY:
                yield Mistake(path, "ages must be whole days")
    longest = max((t.retention for t in topology.triggers.values()), default=0)
    yield from _kept(
        topology,
        "ledger",
        longest + 1,
        f"must be longer than the longest retention of a trigger ({longest}s), or a late "
        "redelivery would load rows again",
    )
    yield from _logs_are_kept(topology)
    yield from _kept(
        topology,
        "uploads",
        LEAST_UPLOADED,
        f"must be at least {LEAST_UPLOADED // DAY} days, or the replay of a dead letter may not "
        "find the upload",
    )
    yield from _kept(
        topology,
        "staging",
        LEAST_STAGED,
        f"must be at least {LEAST_STAGED // DAY} days, or the replay of a dead letter may not "
        "find the chunks that it loads",
    )


def _logs_are_kept(topology: Topology) -> Iterator[Mistake]:
    """Yield a mistake for each rule that deletes the logs of scopes, whose last entries say what
    tables hold, and whose numbers must have no gap."""
    bucket = topology.buckets.get("ledger")
    for index, rule in enumerate(bucket.lifecycle if bucket else ()):
        named = not rule.prefixes or any(
            prefix.startswith(SCOPES) or SCOPES.startswith(prefix) for prefix in rule.prefixes
        )
        if rule.delete_after is not None and named:
            yield Mistake(
                f"buckets.ledger.lifecycle[{index}].prefixes",
                f"must be given, without {SCOPES}: uploads that replace or merge rows rely on all "
                "entries there, however old they are",
            )


def _kept(topology: Topology, key: str, least: int, message: str) -> Iterator[Mistake]:
    """Yield a mistake for each rule that deletes objects of less than `least` seconds."""
    bucket = topology.buckets.get(key)
    for index, rule in enumerate(bucket.lifecycle if bucket else ()):
        if rule.delete_after is not None and rule.delete_after < least:
            yield Mistake(f"buckets.{key}.lifecycle[{index}].delete_after", message)
