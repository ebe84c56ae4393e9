"""A project without a cloud: it interprets the arguments of the commands in a plan.

It is small on purpose: tests/integration/deploy runs the same commands with the real gcloud.
"""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from csvgate.contracts.bundle_format import POINTER, bundle_in_use
from csvgate_ops.deploy.contracts.model import DeployedContracts
from csvgate_ops.deploy.kinds.function import pairs
from csvgate_ops.deploy.kinds.labels import as_mapping, as_text
from csvgate_ops.deploy.plan.model import (
    Binding,
    ByHand,
    Command,
    Fields,
    Key,
    Observed,
    Step,
    Value,
    Write,
)
from unit.deploy.plan.fake_monitoring import FakeMonitoring

EVENTARC_DEFAULTS: Fields = {
    "ack_deadline": 10,
    "retention": 86400,
    "expires": "2678400s",
    "dead_letter_topic": None,
    "max_delivery_attempts": None,
    "min_backoff": 10,  # happens to equal the topology, so a command may leave it out
    "max_backoff": 600,
}


class FakeProject:
    def __init__(self) -> None:
        self.resources: dict[Key, dict[str, Value]] = {}
        self.bindings: set[Binding] = set()
        self.files: dict[str, str] = {}
        self.file = ""
        """The text of the file written last."""
        self.monitoring = FakeMonitoring()
        self.contracts: tuple[DeployedContracts, ...] = ()

    def observed(self) -> Observed:
        return Observed(
            dict(self.resources),
            frozenset(self.bindings),
            self.monitoring.observed(),
            contracts=self.contracts,
        )

    def apply(self, step: Step) -> None:
        if isinstance(step, Write):
            self.files[step.path] = self.file = step.text
        elif isinstance(step, ByHand) and "kms" in step.check:
            self.resources[Key("kms-key", step.check[step.check.index("describe") + 1])] = {}
        elif isinstance(step, ByHand):
            version = step.check[step.check.index("describe") + 1]
            self.resources[Key("secret-version", f"{step.argv[4]}/{version}")] = {}
        elif isinstance(step, Command):
            self._command(step.argv)

    def _command(self, argv: Sequence[str]) -> None:
        flags: Flags = {}
        for part in argv:
            if part.startswith("--"):
                name, equals, value = part[2:].partition("=")
                # bq takes each label as a flag of its own.
                value = f"{flags[name]},{value}" if name == "label" and name in flags else value
                flags[name] = value if equals else "yes"
        if self.monitoring.run(tuple(argv), flags, self.file):
            return
        words = [part for part in argv if not part.startswith("--")]
        if "add-iam-policy-binding" in words:
            self._grant(words, flags)
            return
        at = next(n for n in range(len(words), 0, -1) if tuple(words[:n]) in COMMANDS)
        COMMANDS[tuple(words[:at])](self, words[at:], flags)

    def _grant(self, words: list[str], flags: dict[str, str]) -> None:
        at = words.index("add-iam-policy-binding")
        kind = GRANTED[words[at - 1]]
        name = flags["service"] if kind == "iap-service" else words[at + 1].removeprefix("gs://")
        if kind == "project":
            name = ""
        elif kind == "account":
            name = name.partition("@")[0]
        elif name.startswith("${"):
            name, _, part = name[2:-1].lower().replace("_", "-").rpartition("-")
            kind = f"trigger-{part}"
        condition = flags.get("condition", "").partition("expression=")[2]
        binding = Binding(Key(kind, name), flags["role"], flags["member"], condition)
        assert kind == "project" or binding.on in self.resources
        self.bindings.add(binding)

    def make(self, kind: str, name: str, **fields: Value) -> None:
        key = Key(kind, name)
        assert key not in self.resources, f"{key} is made twice"
        self.resources[key] = fields


GRANTED = {
    "projects": "project",
    "service-accounts": "account",
    "secrets": "secret",
    "repositories": "repository",
    "buckets": "bucket",
    "topics": "topic",
    "subscriptions": "subscription",
    "web": "iap-service",
    "services": "function",
    "keys": "kms-key",
}
Flags = dict[str, str]


def _seconds(text: str | None) -> int | None:
    return None if text is None else int(text.removesuffix("s"))


def _optional(flags: Flags, **fields: str) -> dict[str, Value]:
    """Return the fields whose flags are given."""
    return {field: flags[flag] for field, flag in fields.items() if flag in flags}


def _enable(project: FakeProject, words: list[str], _: Flags) -> None:
    for api in words:
        project.make("api", api)


def _bucket(project: FakeProject, words: list[str], flags: Flags) -> None:
    project.make(
        "bucket",
        words[0].removeprefix("gs://"),
        location=flags["location"],
        uniform_access="uniform-bucket-level-access" in flags,
        public_access_prevention="enforced" if "public-access-prevention" in flags else "inherited",
        versioning=False,
        soft_delete=_seconds(flags["soft-delete-duration"]),
        retention=_seconds(flags.get("retention-period", "0s")),
        lifecycle=project.files[flags["lifecycle-file"]] if "lifecycle-file" in flags else "",
        labels="",
        **_optional(flags, kms_key="default-encryption-key"),
    )


def _update_bucket(project: FakeProject, words: list[str], flags: Flags) -> None:
    assert flags.keys() & {"versioning", "labels-file"}
    fields = project.resources[Key("bucket", words[0].removeprefix("gs://"))]
    if "versioning" in flags:
        fields["versioning"] = True
    if "labels-file" in flags:
        fields["labels"] = as_text(json.loads(project.files[flags["labels-file"]]))


def _object(project: FakeProject, words: list[str], flags: Flags) -> None:
    bucket, _, name = words[1].removeprefix("gs://").partition("/")
    assert Key("bucket", bucket) in project.resources
    if name == POINTER:
        current = project.contracts[0].generation if project.contracts else "0"
        assert current == flags["if-generation-match"]
        digest = flags["custom-metadata"].partition("=")[2]
        assert bundle_in_use(project.file.encode()) == digest
        made = DeployedContracts(digest, str(int(current) + 1), datetime(2026, 11, 29, tzinfo=UTC))
        project.contracts = (made, *project.contracts)
    else:
        assert name.startswith("bundles/")


def _subscription(project: FakeProject, words: list[str], flags: Flags) -> None:
    assert Key("topic", flags["topic"]) in project.resources
    project.make(
        "subscription",
        words[0],
        topic=flags["topic"],
        ack_deadline=int(flags["ack-deadline"]),
        retention=_seconds(flags["message-retention-duration"]),
        expires=flags["expiration-period"],
        labels=flags.get("labels", ""),
    )


def _set_policies(project: FakeProject, words: list[str], flags: Flags) -> None:
    name = words[0][2:-1].removesuffix("_SUBSCRIPTION").lower().replace("_", "-")
    given: dict[str, Value] = {
        "ack_deadline": int(flags["ack-deadline"]),
        "retention": _seconds(flags["message-retention-duration"]),
        "expires": flags["expiration-period"],
        "dead_letter_topic": flags["dead-letter-topic"],
        "max_delivery_attempts": int(flags["max-delivery-attempts"]),
    }
    project.resources[Key("trigger-subscription", name)] |= given


def _bigquery(project: FakeProject, words: list[str], flags: Flags) -> None:
    if words[0] == "mk":
        labelled = flags.get("label", "").replace(":", "=")
        project.make(
            "dataset",
            words[1],
            location=flags["location"],
            description=flags["description"],
            labels=labelled,
            **_optional(flags, kms_key="default_kms_key"),
        )
        return
    if "encryption_service_account" in flags:
        project.make("agent", "bigquery.googleapis.com")
        return
    grant, role, on, schema, dataset, to, member = words[1].split(" ")
    assert ("GRANT", "ON", "SCHEMA", "TO") == (grant, on, schema, to)
    key = Key("dataset", dataset.rpartition(".")[2])
    project.bindings.add(Binding(key, role.strip("`"), member.strip('"')))


def _function(project: FakeProject, words: list[str], flags: Flags) -> None:
    variables = pairs(flags["set-env-vars"])
    labelled = as_mapping(flags["update-labels"])
    project.make(
        "function",
        words[0],
        state="ACTIVE",
        source=labelled.pop("csvgate-source"),
        messages=labelled.pop("csvgate-messages"),
        before=labelled.pop("csvgate-before", ""),
        traffic=f"{words[0]}-00001-abc=100",
        latest=f"{words[0]}-00001-abc",
        labels=as_text(labelled),
        **_optional(flags, kms_key="kms-key"),
        runtime=flags["runtime"],
        entry_point=flags["entry-point"],
        memory=flags["memory"],
        cpu=flags["cpu"],
        concurrency=int(flags["concurrency"]),
        min_instances=int(flags["min-instances"]),
        max_instances=int(flags["max-instances"]),
        timeout=_seconds(flags["timeout"]),
        service_account=flags["service-account"],
        build_service_account=flags["build-service-account"],
        repository=flags["docker-repository"],
        ingress=flags["ingress-settings"],
        connector=flags.get("vpc-connector", ""),
        egress=flags.get("egress-settings", ""),
        subnet="",
        network="",
        tags="",
        iap=False,
        environment=json.dumps(variables, sort_keys=True),
        secrets=flags.get("set-secrets", ""),
    )
    project.make("iap-service", words[0])


def _update_console(project: FakeProject, words: list[str], flags: Flags) -> None:
    if "subnet" in flags:
        _update_service(project, words, flags)
        return
    project.resources[Key("function", words[0])]["iap"] = "iap" in flags


def _update_service(project: FakeProject, words: list[str], flags: Flags) -> None:
    project.resources[Key("function", words[0])] |= {
        "subnet": flags["subnet"],
        "tags": flags["network-tags"],
        "egress": flags["vpc-egress"],
        **_optional(flags, network="network"),
    }


def _trigger(project: FakeProject, words: list[str], flags: Flags) -> None:
    filters = dict(pair.split("=") for pair in flags["event-filters"].split(","))
    assert Key("function", flags["destination-run-service"]) in project.resources
    project.make(
        "trigger",
        words[0],
        location=flags["location"],
        type=filters["type"],
        bucket=filters.get("bucket", ""),
        topic=flags.get("transport-topic", ""),
        service=flags["destination-run-service"],
        service_account=flags["service-account"],
        labels=flags.get("labels", ""),
    )
    project.make("trigger-subscription", words[0], **EVENTARC_DEFAULTS)
    project.make("trigger-topic", words[0])


def _schedule(project: FakeProject, words: list[str], flags: Flags) -> None:
    given = flags.get("headers", "")
    headers = [pair.split("=", 1) for pair in given.split(",")] if given else []
    project.make(
        "scheduler-job",
        words[0],
        schedule=flags["schedule"],
        time_zone=flags["time-zone"],
        uri=flags["uri"],
        method=flags["http-method"].upper(),
        headers=json.dumps(dict(headers), separators=(",", ":")) if headers else "",
        body=flags.get("message-body", ""),
        service_account=flags["oidc-service-account-email"],
        audience=flags["oidc-token-audience"],
        attempt_deadline=_seconds(flags["attempt-deadline"]),
        max_retry_attempts=int(flags["max-retry-attempts"]),
        paused=False,
    )


def _budget(project: FakeProject, _: list[str], flags: Flags) -> None:
    project.make(
        "budget",
        f"{flags['billing-account']}/{flags['display-name']}",
        amount=flags["budget-amount"],
        thresholds="0.5,0.8,1" if flags["threshold-rule"] == "percent=1" else "",
        projects=flags["filter-projects"],
        id="b-1",
    )


COMMANDS: dict[tuple[str, ...], Callable[[FakeProject, list[str], Flags], None]] = {
    ("gcloud", "services", "enable"): _enable,
    ("gcloud", "beta", "services", "identity", "create"): lambda project, _, flags: project.make(
        "agent", flags["service"]
    ),
    ("gcloud", "storage", "service-agent"): lambda project, _, __: project.make(
        "agent", "storage.googleapis.com"
    ),
    ("gcloud", "iam", "service-accounts", "create"): lambda project, words, flags: project.make(
        "account", words[0], display_name=flags["display-name"]
    ),
    ("gcloud", "iam", "roles", "create"): lambda project, words, flags: project.make(
        "custom-role",
        words[0],
        title=flags["title"],
        permissions=flags["permissions"],
        deleted=False,
    ),
    ("gcloud", "secrets", "create"): lambda project, words, flags: project.make(
        "secret", words[0], locations=flags.get("locations", ""), labels=flags.get("labels", "")
    ),
    ("gcloud", "artifacts", "repositories", "create"): lambda project, words, flags: project.make(
        "repository",
        words[0],
        labels=flags.get("labels", ""),
        **_optional(flags, kms_key="kms-key"),
    ),
    ("gcloud", "storage", "cp"): _object,
    ("gcloud", "storage", "buckets", "create"): _bucket,
    ("gcloud", "storage", "buckets", "update"): _update_bucket,
    ("gcloud", "pubsub", "topics", "create"): lambda project, words, flags: project.make(
        "topic",
        words[0],
        retention=_seconds(flags.get("message-retention-duration")),
        labels=flags.get("labels", ""),
        **_optional(
            flags,
            kms_key="topic-encryption-key",
            storage_regions="message-storage-policy-allowed-regions",
        ),
    ),
    ("gcloud", "pubsub", "subscriptions", "create"): _subscription,
    ("gcloud", "pubsub", "subscriptions", "update"): _set_policies,
    ("bq",): _bigquery,
    ("gcloud", "functions", "deploy"): _function,
    ("gcloud", "run", "services", "update"): _update_service,
    ("gcloud", "beta", "run", "services", "update"): _update_console,
    ("gcloud", "eventarc", "triggers", "create"): _trigger,
    ("gcloud", "scheduler", "jobs", "create", "http"): _schedule,
    ("gcloud", "billing", "budgets", "create"): _budget,
}
