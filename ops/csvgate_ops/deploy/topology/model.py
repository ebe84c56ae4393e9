"""The model of deploy/topology.yaml: data without behaviour."""

import re
from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

DAY = 86400

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def parse_duration(value: object) -> object:
    """Parse `"10m"` as 600. Anything but a string is left to the type's own check."""
    if not isinstance(value, str):
        return value
    found = re.fullmatch(r"([0-9]+)([smhd])", value)
    if found is None:
        raise ValueError("a duration is a number and a unit (s, m, h or d), for example 600s or 7d")
    return int(found[1]) * _SECONDS[found[2]]


Seconds = Annotated[int, BeforeValidator(parse_duration), Field(ge=0)]
"""Seconds, as an integer once loaded."""

Memory = Annotated[str, Field(pattern=r"^[1-9][0-9]*(Mi|Gi)$")]

Resource = Annotated[str, Field(pattern=r"^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$")]
"""A name that Eventarc and Cloud Run accept."""
TopicName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_.~+%-]{2,254}$")]
Retention = Annotated[Seconds, Field(ge=600, le=31 * DAY)]
"""Pub/Sub can keep messages for 10 minutes to 31 days."""
Permission = Annotated[str, Field(pattern=r"^[a-z]+(\.[A-Za-z]+){2}$")]
AckDeadline = Annotated[Seconds, Field(ge=10, le=600)]


class Model(BaseModel):
    """Base of all parts: an unknown property is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class LifecycleRule(Model):
    """Exactly one of the two ages is set, to whole days."""

    delete_after: Annotated[Seconds, Field(ge=DAY)] | None = None
    delete_noncurrent_after: Annotated[Seconds, Field(ge=DAY)] | None = None
    prefixes: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    """The rule holds for objects whose names start with one of them; for all if there are none."""


class Bucket(Model):
    name: str
    uniform_access: bool = True
    public_access_prevention: Literal["enforced", "inherited"] = "enforced"
    versioning: bool = False
    soft_delete: Seconds = 7 * DAY
    retention: Seconds = 0
    """Objects younger than this cannot be deleted or replaced, not even by an owner."""
    lifecycle: tuple[LifecycleRule, ...] = ()


class Dataset(Model):
    description: str = ""


class BigQuery(Model):
    location: str
    load_role: Annotated[str, Field(pattern=r"^(roles/[a-z]+\.[A-Za-z]+|[A-Za-z0-9_.]{3,64})$")]
    """The role on a dataset of a function that loads uploads: a key of `custom_roles`, or a
    predefined role such as `roles/bigquery.dataEditor`."""
    datasets: Mapping[Annotated[str, Field(pattern=r"^[A-Za-z0-9_]{1,1024}$")], Dataset]


class Topic(Model):
    name: TopicName
    retention: Retention | None = None


class Subscription(Model):
    topic: str
    """A key of `topics`."""
    ack_deadline: AckDeadline = 60
    retention: Retention = 7 * DAY
    expires: Literal["never"] | Annotated[Seconds, Field(ge=DAY)] = "never"


class ServiceAccount(Model):
    display_name: str = ""


class CustomRole(Model):
    """A role of the project with exactly these permissions."""

    title: Annotated[str, Field(min_length=1, max_length=100)]
    permissions: Annotated[tuple[Permission, ...], Field(min_length=1)]


class Secret(Model):
    """A version of a secret in Secret Manager. The function gets it as an environment variable, or
    as a file named after that variable in the folder `mount`."""

    secret: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,255}$")]
    version: Annotated[str, Field(pattern=r"^(latest|[1-9][0-9]*)$")] = "latest"
    mount: Annotated[str, Field(pattern=r"^(/[A-Za-z0-9_-]+)+$")] | None = None


class Uses(Model):
    """What a function uses: keys of `buckets`, `topics` and `bigquery.datasets`. Its dead-letter
    topic is implied."""

    read: tuple[str, ...] = ()
    create: tuple[str, ...] = ()
    """Buckets in which objects are created. No function may replace or delete any."""
    publish: tuple[str, ...] = ()
    load: tuple[str, ...] = ()


class Breaker(Model):
    """When a function stops dead-lettering: after `letters` dead letters within `window`, if they
    are at least `share` of the messages that it finished in that time. `csvgate.runtime.settings`
    has the same bounds and defaults."""

    window: Annotated[Seconds, Field(ge=60, le=DAY)] = 600
    letters: Annotated[int, Field(ge=2, le=1000)] = 50
    share: Annotated[float, Field(gt=0, le=1)] = 0.9


SmallUploads = Literal["shared", "pending"]
"""How uploads of one small chunk are loaded: through committed write streams that they share, or
each through a pending stream."""


class Function(Model):
    source: str
    """The source folder, relative to the repository."""
    entry_point: str
    runtime: Annotated[str, Field(pattern=r"^python3[0-9]+$")] = "python313"
    memory: Memory
    cpu: Annotated[float, Field(gt=0, le=8)] = 1
    concurrency: Annotated[int, Field(ge=1, le=1000)] = 1
    min_instances: Annotated[int, Field(ge=0)] = 0
    max_instances: Annotated[int, Field(ge=1)] = 1
    timeout: Annotated[Seconds, Field(ge=1, le=3600)]
    service_account: str
    read_bytes_per_second: Annotated[int, Field(ge=1)] | None = None
    """The most bytes of a file that the function reads in a second. A file that would take longer
    than `timeout` even at this rate is refused at once; without a rate, no file is."""
    small_uploads: SmallUploads | None = None
    """Set for the function that loads uploads; None for the others."""
    uses: Uses = Uses()
    breaker: Breaker = Breaker()
    environment: Mapping[str, str] = {}
    secrets: Mapping[str, Secret] = {}


CONSOLE: Final = "operators_console"
"""The entry point of the console, and the name of its folder; its Cloud Run service is called
`operators-console`."""
_MEMBER: Final = re.compile(r"(user|group|serviceAccount):[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+")
_MANY: Final = ("allUsers", "allAuthenticatedUsers", "domain:")


def _member(text: str) -> str:
    if text.startswith(_MANY):
        raise ValueError(
            f"`{text}` would let in people whom nobody has chosen: name users, groups or service "
            "accounts"
        )
    if _MEMBER.fullmatch(text) is None:
        raise ValueError(
            f"`{text}` is not a member: write user:, group: or serviceAccount: before an email "
            "address, for example group:operators@example.com"
        )
    return text


def _somebody(members: tuple[str, ...]) -> tuple[str, ...]:
    if not members:
        raise ValueError("names nobody, so nobody could use the console; name at least one member")
    return members


Members = Annotated[tuple[Annotated[str, AfterValidator(_member)], ...], AfterValidator(_somebody)]
"""Who may use the console."""
Ingress = Literal["all", "internal-and-gclb", "internal-only"]
SignIn = Literal["iap", "id-token"]


class Console(Model):
    """The operators' console as a function. It is private: only `members` can call it."""

    source: str = f"functions/{CONSOLE}"
    """The source folder, relative to the repository."""
    runtime: Annotated[str, Field(pattern=r"^python3[0-9]+$")] = "python313"
    memory: Memory = "1Gi"
    cpu: Annotated[float, Field(gt=0, le=8)] = 1
    concurrency: Annotated[int, Field(ge=2, le=1000)] = 20
    min_instances: Annotated[int, Field(ge=0, le=1)] = 0
    timeout: Annotated[Seconds, Field(ge=60, le=3600)] = 300
    service_account: str
    ingress: Ingress = "all"
    """Where requests may come from; IAM checks every one of them."""
    sign_in: SignIn
    """`iap`: people sign in to Identity-Aware Proxy. `id-token`: callers send ID tokens of their
    accounts."""
    members: Members
    environment: Mapping[str, str] = {}

    @property
    def max_instances(self) -> int:
        """One, because the pages of an action that waits for its confirmation are in memory."""
        return 1


class StorageEvent(Model):
    type: Literal["google.cloud.storage.object.v1.finalized"]
    bucket: str


class PubSubEvent(Model):
    type: Literal["google.cloud.pubsub.topic.v1.messagePublished"]
    topic: str


class Retry(Model):
    """The exponential backoff between deliveries."""

    min_backoff: Annotated[Seconds, Field(le=600)]
    max_backoff: Annotated[Seconds, Field(le=600)]


class DeadLetter(Model):
    topic: str
    max_delivery_attempts: Annotated[int, Field(ge=5, le=100)]


class Trigger(Model):
    """An Eventarc trigger, and the policies of the subscription that Eventarc creates for it."""

    function: str
    service_account: str
    event: Annotated[StorageEvent | PubSubEvent, Field(discriminator="type")]
    ack_deadline: AckDeadline
    retention: Retention
    retry: Retry
    dead_letter: DeadLetter


class Schedule(Model):
    """A request that Cloud Scheduler sends at certain times, with an OpenID Connect token of
    `service_account`. Exactly one of `function` and `url` says where to."""

    cron: str
    """Five fields (minute, hour, day of the month, month, day of the week) in `time_zone`."""
    time_zone: str = "Etc/UTC"
    """A name of the tz database."""
    function: str | None = None
    """A key of `functions`. Functions answer CloudEvents only, so `body` must be one."""
    url: Annotated[str, Field(pattern=r"^https://[^\s/?#@]+(/[^\s#]*)?$")] | None = None
    """`${project}`, `${region}` and `${project_number}` are filled in."""
    method: Literal["POST", "PUT", "GET", "DELETE", "HEAD"] = "POST"
    headers: Mapping[Annotated[str, Field(pattern=r"^[A-Za-z0-9-]+$")], str] = {}
    body: str = ""
    service_account: str
    attempt_deadline: Annotated[Seconds, Field(ge=15, le=1800)] = 180
    """How long Cloud Scheduler waits for an answer."""
    max_retry_attempts: Annotated[int, Field(ge=0, le=5)] = 0


class Build(Model):
    """How the images of the functions are built."""

    service_account: str
    repository: Resource
    """A repository in Artifact Registry."""


class Local(Model):
    """Settings of the local cloud that differ from a deployment."""

    instances: Annotated[int, Field(ge=1, le=16)] = 1
    burst: Annotated[int, Field(ge=1, le=16)] = 1
    """How many times as many events are pushed to a function as its instances accept. Above 1 the
    Eventarc stand-in answers 429 like a saturated Cloud Run."""
    retry: Retry | None = None
    stream_hour: Annotated[Seconds, Field(ge=1)] = 3600
    """The unit of the ages at which an absent write stream proves something
    (`csvgate.protocol.stream_ages`). The local BigQuery forgets streams when it restarts."""


class Topology(Model):
    buckets: Mapping[str, Bucket]
    bigquery: BigQuery
    topics: Mapping[str, Topic]
    subscriptions: Mapping[TopicName, Subscription] = {}
    service_accounts: Mapping[
        Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{4,28}[a-z0-9]$")], ServiceAccount
    ]
    functions: Mapping[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")], Function]
    triggers: Mapping[Resource, Trigger]
    custom_roles: Mapping[Annotated[str, Field(pattern=r"^[A-Za-z0-9_.]{3,64}$")], CustomRole] = {}
    schedules: Mapping[Resource, Schedule] = {}
    console: Console | None = None
    """Absent: the console only runs on operators' machines."""
    build: Build
    local: Local = Local()
