"""Planted mistakes in an environment file: each is reported with its path and its remedy, and all
of them at once."""

from pathlib import Path

import pytest

from csvgate_ops.deploy.environment.load import EnvironmentMistakes, load_environment
from unit.deploy.plan.environments import topology, with_console

BASE = {
    "project": "acme-sales-prod",
    "region": "europe-west3",
    "sender": "rechnung@acme.example",
}
SIZES = "functions.validate_and_parse"
KEY = "projects/acme-keys/locations/{}/keyRings/csvgate/cryptoKeys/data"

PLANTED: tuple[tuple[str, str, str], ...] = (
    ("project: Acme", "project", "`Acme` is not the id of a project: 6 to 30 lowercase letters"),
    ("project: null", "project", "should be text, but is empty"),
    ("region: europe-west5", "region", "did you mean `europe-west"),
    ("region: frankfurt", "region", "`frankfurt` is not a region of Cloud Run that csvgate knows"),
    ("region: europe-west3-a", "region", "did you mean `europe-west3`?"),
    ("region: EU", "region", "`EU` has several regions, but functions run in one"),
    ("region: eur4", "region", "`eur4` has several regions, but functions run in one"),
    ("bucket_location: EUROPE", "bucket_location", "did you mean `EU`?"),
    ("bucket_location: EUR6", "bucket_location", "did you mean `EUR"),
    ("bigquery_location: EUR4", "bigquery_location", "BigQuery has no location `EUR4`; choose EU"),
    ("bigquery_location: asia", "bigquery_location", "BigQuery has no location `asia`"),
    ("sender: Acme <a@acme.example>", "sender", "is not an email address without a name"),
    ("alerts: [ops@acme.example, ops@acme.example]", "alerts", "is there twice; keep one"),
    ("alerts: [ops]", "alerts[0]", "`ops` is not an email address"),
    ("log_level: VERBOSE", "log_level", "'VERBOSE' is not one of DEBUG, INFO, WARNING, ERROR"),
    ("alerts: ops@acme.example", "alerts", "is a single text; write [ops@acme.example]"),
    ("labls: {team: data}", "labls", "is not a setting; "),
    (f"{SIZES}: {{memory: 64Gi, cpu: 8}}", f"{SIZES}.memory", "64Gi is not from 128Mi to 32Gi"),
    (f"{SIZES}: {{memory: 64Mi}}", f"{SIZES}.memory", "64Mi is not from 128Mi to 32Gi"),
    (f"{SIZES}: {{memory: 8Gi}}", f"{SIZES}.memory", "8Gi needs at least 2 CPU, but cpu is 1"),
    (f"{SIZES}: {{memory: 9Gi, cpu: 2}}", f"{SIZES}.memory", "9Gi needs at least 4 CPU"),
    (f"{SIZES}: {{memory: 17Gi, cpu: 4}}", f"{SIZES}.memory", "17Gi needs at least 6 CPU"),
    (f"{SIZES}: {{memory: 25Gi, cpu: 6}}", f"{SIZES}.memory", "25Gi needs at least 8 CPU"),
    (f"{SIZES}: {{cpu: 3}}", f"{SIZES}.cpu", "3 is not a number of CPUs that Cloud Run has"),
    (f"{SIZES}: {{cpu: 1.5}}", f"{SIZES}.cpu", "1.5 is not a number of CPUs that Cloud Run has"),
    (f"{SIZES}: {{cpu: 16}}", f"{SIZES}.cpu", "16 is not a number of CPUs that Cloud Run has"),
    (f"{SIZES}: {{cpu: 0}}", f"{SIZES}.cpu", "should be greater than 0"),
    (f"{SIZES}: {{memory: 512Mi, cpu: 0.505}}", f"{SIZES}.cpu", "in steps of 0.01"),
    (f"{SIZES}: {{memory: 512Mi, cpu: 0.07}}", f"{SIZES}.cpu", "0.07 is not from 0.08 to 1"),
    (f"{SIZES}: {{memory: 1Gi, cpu: 4}}", f"{SIZES}.cpu", "4 CPUs need at least 2Gi of memory"),
    (f"{SIZES}: {{memory: 3Gi, cpu: 8}}", f"{SIZES}.cpu", "8 CPUs need at least 4Gi of memory"),
    (
        f"{SIZES}: {{memory: 512Mi, cpu: 0.5, concurrency: 2}}",
        f"{SIZES}.concurrency",
        "2 needs at least 1 CPU, but cpu is 0.5; set concurrency: 1",
    ),
    (
        "functions.notify_stakeholders: {cpu: 0.5}",
        "functions.notify_stakeholders",
        "8 needs at least 1 CPU, but cpu is 0.5; set concurrency: 1",
    ),
    (f"{SIZES}: {{concurrency: 1001}}", f"{SIZES}.concurrency", "1001 is not from 1 to 1000"),
    (f"{SIZES}: {{concurrency: 0}}", f"{SIZES}.concurrency", "0 is not from 1 to 1000"),
    (f"{SIZES}: {{timeout: 600s}}", f"{SIZES}.timeout", "600s is not from 1s to 540s"),
    (f"{SIZES}: {{timeout: 0s}}", f"{SIZES}.timeout", "0s is not from 1s to 540s"),
    (f"{SIZES}: {{timeout: 9 minutes}}", f"{SIZES}.timeout", "a duration is a number and a unit"),
    (f"{SIZES}: {{max_instances: 5000}}", f"{SIZES}.max_instances", "5000 is more than 1000"),
    (f"{SIZES}: {{max_instances: 0}}", f"{SIZES}.max_instances", "greater than or equal to 1"),
    (f"{SIZES}: {{min_instances: 21}}", f"{SIZES}.min_instances", "is more than max_instances"),
    (f"{SIZES}: {{small_uploads: shared}}", f"{SIZES}.small_uploads", "has no effect"),
    (
        "functions.notify_stakeholders: {read_bytes_per_second: 1000}",
        "functions.notify_stakeholders.read_bytes_per_second",
        "has no effect, because the function reads no uploads; leave it out",
    ),
    (f"labels: {{team: {'語' * 43}}}", "labels.team", "has 129 bytes in UTF-8"),
    ("labels: {team: \U0001d400}", "labels.team", "is not a label"),
    ("labels: {team: x\u02b0}", "labels.team", "is not a label"),
    (f"labels: {dict.fromkeys((f'k{n}' for n in range(57)), 'v')}", "labels", "has 57 labels"),
    ("names.buckets: {uploads: acme..files}", "names.buckets.uploads", "contains `..`"),
    ("names.buckets: {uploads: acme-.files}", "names.buckets.uploads", "contains `-.`"),
    (
        "secrets.SENDGRID_API_KEY: {secret: s, mount: /workspace}",
        "secrets.SENDGRID_API_KEY.mount",
        "`/workspace` is in /workspace, which the function needs; choose another",
    ),
    (
        "secrets.SENDGRID_API_KEY: {secret: s, mount: /proc/keys}",
        "secrets.SENDGRID_API_KEY.mount",
        "is in /proc, which the function needs; choose another",
    ),
    (
        f'{SIZES}: {{environment: {{NAME: "a\\0b"}}}}',
        f"{SIZES}.environment.NAME",
        "contains a NUL character",
    ),
    (
        f"{SIZES}: {{environment: {{LOG_EXECUTION_ID: 'true'}}}}",
        f"{SIZES}.environment.LOG_EXECUTION_ID",
        "is set by csvgate: leave it out",
    ),
    (
        f"{SIZES}: {{environment: {{PORT: '8081'}}}}",
        f"{SIZES}.environment.PORT",
        "is reserved by Cloud Run: choose another name",
    ),
    (
        f"{SIZES}: {{environment: {{TAX-RATE: '19'}}}}",
        f"{SIZES}.environment.TAX-RATE",
        "`TAX-RATE` is not the name of a variable",
    ),
    (
        "functions.notify_stakeholders: {environment: {SENDGRID_API_KEY: SG.secret}}",
        "functions.notify_stakeholders.environment.SENDGRID_API_KEY",
        "is a secret: choose its version under `secrets`",
    ),
    (
        "network: {connector: projects/acme-net/locations/europe-west1/connectors/sales}",
        "network.connector",
        "is in europe-west1, but the functions are in europe-west3",
    ),
    ("network: {}", "network", "needs a `subnet` or a `connector`"),
    (
        "network: {connector: sales, subnet: sales}",
        "network.subnet",
        "cannot be combined with a connector; leave one of them out",
    ),
    ("network: {connector: sales, tags: [a]}", "network.tags", "cannot be combined"),
    (
        "network: {subnet: projects/acme-net/regions/europe-west1/subnetworks/sales}",
        "network.subnet",
        "is in europe-west1, but the functions are in europe-west3; use a subnet in europe-west3",
    ),
    ("network: {subnet: Sales}", "network.subnet", "`Sales` is not the name of a subnet"),
    (
        "network: {subnet: sales, network: global/networks/prod}",
        "network.network",
        "is not the name of a network, or its path projects/PROJECT/global/networks/NAME",
    ),
    ("network: {subnet: sales, tags: [To]}", "network.tags[0]", "`To` is not a network tag"),
    (
        "network: {connector: sales, egress: all}",
        "network.egress",
        "'all' is not one of private-ranges-only, all-traffic",
    ),
    (
        "budget: {amount: 500, currency: €, billing_account: 01A2B3-4C5D6E-7F8091}",
        "budget.currency",
        "`€` is not the code of a currency, for example EUR",
    ),
    (
        "budget: {amount: 500, currency: EUR, billing_account: acme}",
        "budget.billing_account",
        "`acme` is not the id of a billing account",
    ),
    ("budget: 500", "budget", "should be a mapping, but is 500"),
    (
        "budget: {amount: 9.5, currency: EUR, billing_account: 01A2B3-4C5D6E-7F8091}",
        "budget.amount",
        "should be a whole number, but is 9.5",
    ),
    ("budget: {amount: 500, currency: EUR}", "budget.billing_account", "is missing"),
    (
        "budget: {amount: 1, currency: EUR, billing_account: 01A2B3-4C5D6E-7F8091, limit: 5}",
        "budget.limit",
        "is not a setting; known: amount",
    ),
    ("labels: {Team: data}", "labels.Team", "`Team` is not a label: at most 63 lowercase"),
    ("labels: {cost-centre: 4711}", "labels.cost-centre", 'put it in quotes: "4711"'),
    ("labels: {9lives: cat}", "labels.9lives", "a key starts with a lowercase letter"),
    ("labels: {goog-managed: x}", "labels.goog-managed", "are set by Google and csvgate"),
    ("labels: {csvgate-source: x}", "labels.csvgate-source", "are set by Google and csvgate"),
    ("labels: {team: Data Platform}", "labels.team", "`Data Platform` is not a label"),
    (f"labels: {{team: {'x' * 64}}}", "labels.team", "is not a label: at most 63"),
    ("kms_key: my-key", "kms_key", "`my-key` is not the path of a key: projects/PROJECT/"),
    (
        f"kms_key: {KEY.format('global')}/cryptoKeyVersions/1",
        "kms_key",
        "is not the path of a key",
    ),
    (
        f"kms_key: {KEY.format('europe')}",
        "kms_key",
        "the key is in europe, but the buckets are in europe-west3, which needs a key in europe-w",
    ),
    (
        f"kms_key: {{datasets: {KEY.format('europe-west3')}}}",
        "kms_key.datasets",
        "the key is in europe-west3, but the datasets are in EU, which needs a key in europe;",
    ),
    (
        f"kms_key: {{functions: {KEY.format('europe-west1')}}}",
        "kms_key.functions",
        "the key is in europe-west1, but the functions are in europe-west3",
    ),
    ("kms_key: {bucket: k}", "kms_key.bucket", "is not a setting; did you mean `buckets`?"),
    (
        "message_storage_regions: [europe-west3, EU]",
        "message_storage_regions[1]",
        "`EU` is not a region that csvgate knows",
    ),
    ("message_storage_regions: []", "message_storage_regions", "names no region"),
    (
        "secret_locations: [europe-west3, europe-west3]",
        "secret_locations",
        "`europe-west3` is there twice",
    ),
    ("names.buckets: {upload: acme}", "names.buckets.upload", "did you mean `uploads`?"),
    (
        "names.buckets: {uploads: Acme Uploads}",
        "names.buckets.uploads",
        "`Acme Uploads` is not the name of a bucket",
    ),
    (
        "names.buckets: {uploads: '${project}-rejects'}",
        "names.buckets.uploads",
        "`acme-sales-prod-rejects` is also the name of rejects",
    ),
    (
        "names.buckets: {uploads: goog-acme}",
        "names.buckets.uploads",
        "`goog-acme` starts with goog or contains google, which is reserved",
    ),
    ("names.buckets: {uploads: 10.0.0.1}", "names.buckets.uploads", "looks like an IP address"),
    ("names.buckets: {uploads: acme-}", "names.buckets.uploads", "does not end with a letter"),
    (
        f"names.buckets: {{uploads: '${{project}}-{'x' * 50}'}}",
        "names.buckets.uploads",
        "has 66 characters, but 3 to 63 are allowed",
    ),
    ("names.topics: {validated: ab}", "names.topics.validated", "is not the name of a topic"),
    (
        "names.topics: {validated: goog-acme}",
        "names.topics.validated",
        "starting with a letter, but not with goog",
    ),
    (
        "names.topics: {validated: enrichment-complete}",
        "names.topics.validated",
        "`enrichment-complete` is also the name of complete",
    ),
    (
        "secrets.SENDGRID_API_KEY: {secret: sendgrid/key}",
        "secrets.SENDGRID_API_KEY.secret",
        "`sendgrid/key` is not the name of a secret",
    ),
    (
        "secrets.SENDGRID_API_KEY: {secret: k, mount: secrets}",
        "secrets.SENDGRID_API_KEY.mount",
        "`secrets` is not the full path of a folder",
    ),
    ("console: {members: [allUsers]}", "console.members[0]", "people whom nobody has chosen"),
    (
        "console: {members: ['domain:acme.example']}",
        "console.members[0]",
        "name users, groups or service accounts",
    ),
    (
        "console: {members: [ada@acme.example]}",
        "console.members[0]",
        "write user:, group: or serviceAccount: before an email address",
    ),
    ("console: {members: []}", "console.members", "name at least one member"),
    ("console: {sign_in: oauth}", "console.sign_in", "'oauth' is not one of iap, id-token"),
    ("console: {min_instances: 2}", "console.min_instances", "less than or equal to 1"),
    ("console: {membrs: []}", "console.membrs", "is not a setting; did you mean `members`?"),
    (
        "console: {enabled: false, ingress: all}",
        "console.ingress",
        "has no effect, because `enabled` is false; leave one of them out",
    ),
)


def document(*settings: str) -> str:
    """Return a file with these settings in place of valid ones. `a.b: c` is `a: {b: c}`; each
    setting has a line."""
    lines = {key: f"{key}: {value}" for key, value in BASE.items()}
    for setting in settings:
        path, _, value = setting.partition(": ")
        *outer, last = path.split(".")
        text = f"{last}: {value}"
        for name in reversed(outer):
            text = f"{name}: {{{text}}}"
        lines[path] = text
    return "\n".join(lines.values()) + "\n"


def reported(folder: Path, text: str) -> list[tuple[str, str]]:
    """Return the path and message of each mistake; none has an unknown line."""
    file = folder / "env.yaml"
    file.write_text(text)
    with pytest.raises(EnvironmentMistakes) as caught:
        load_environment(file, with_console())
    assert all(m.line for m in caught.value.mistakes)
    return [(m.path, m.message) for m in caught.value.mistakes]


def test_the_base_is_valid(tmp_path: Path) -> None:
    file = tmp_path / "env.yaml"
    file.write_text(document())
    assert "acme-sales-prod" == load_environment(file, topology()).project


@pytest.mark.parametrize(
    ("setting", "is_mistake"),
    [
        ("enabled: true", True),
        ("min_instances: 1", True),
        ("enabled: false, min_instances: 1", True),
        ("enabled: false", False),
    ],
)
def test_settings_of_a_console_that_the_topology_does_not_have(
    setting: str, is_mistake: bool, tmp_path: Path
) -> None:
    file = tmp_path / "env.yaml"
    file.write_text(document(f"console: {{{setting}}}"))
    if not is_mistake:
        assert not load_environment(file, topology()).console.enabled
        return
    with pytest.raises(EnvironmentMistakes) as caught:
        load_environment(file, topology())
    (found,) = caught.value.mistakes
    assert ("console", True) == (found.path, "has no section `console`" in found.message)


@pytest.mark.parametrize(("setting", "path", "message"), PLANTED, ids=[p[0] for p in PLANTED])
def test_a_planted_mistake_is_reported_with_its_path(
    setting: str, path: str, message: str, tmp_path: Path
) -> None:
    found = reported(tmp_path, document(setting))
    assert [path] == list({at for at, _ in found}), found
    assert [text for _, text in found if message in text], found


def test_mistakes_of_all_kinds_are_reported_at_once(tmp_path: Path) -> None:
    """Also contradictions in the parts that are well-formed, while others are not."""
    text = """\
project: Acme
sender: nobody
log_level: LOUD
alerts: [ops]
labls: {}
bigquery_location: ASIA
functions:
  validate_and_parse: {memory: 2GB, max_instances: 2000}
  enrich_records: {cpu: 3, memry: 2Gi}
  notify: {}
secrets:
  SENDGRID_KEY: {secret: k}
budget: {amount: lots, currency: EUR, billing_account: 01A2B3-4C5D6E-7F8091}
network: {connector: projects/net/locations/us-east1/connectors/sales}
"""
    assert sorted(
        [
            *("project", "sender", "log_level", "alerts[0]", "labls", "bigquery_location"),
            *("functions.validate_and_parse.memory", "functions.validate_and_parse.max_instances"),
            *("functions.enrich_records.cpu", "functions.enrich_records.memry"),
            *("functions.notify", "secrets.SENDGRID_KEY", "region", "budget.amount"),
        ]
    ) == sorted(path for path, _ in reported(tmp_path, text))


@pytest.mark.parametrize("text", ["- a\n- b\n", "text\n", "functions: []\n", "{}\n", ""])
def test_a_document_of_another_shape_is_a_mistake(text: str, tmp_path: Path) -> None:
    assert reported(tmp_path, text)


def test_an_empty_file_should_have_settings(tmp_path: Path) -> None:
    assert [("", "is empty; write its settings")] == reported(tmp_path, "# later\n")
