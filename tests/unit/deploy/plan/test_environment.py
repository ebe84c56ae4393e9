"""Environment files: what they may contain, and every mistake with its place."""

from pathlib import Path

import pytest

from csvgate_ops.deploy.environment.load import EnvironmentMistakes, load_environment
from csvgate_ops.deploy.environment.overlay import overlay
from csvgate_ops.deploy.topology import environment as environment_of
from unit.deploy.plan.environments import ENVIRONMENTS, environment, topology

GOOD = """\
project: example-project
region: europe-west1
sender: csvgate@example.com
"""


def mistakes(tmp_path: Path, text: str) -> list[str]:
    file = tmp_path / "env.yaml"
    file.write_text(text)
    with pytest.raises(EnvironmentMistakes) as caught:
        load_environment(file, topology())
    return [str(m).removeprefix(str(file)) for m in caught.value.mistakes]


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_the_repository_s_environments_are_valid(name: str) -> None:
    assert environment(name).project == f"example-csvgate-{name}"


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("memory: 2Gi", ":4: memory: is not a setting; known: project"),
        (
            "log_level: debug",
            ":4: log_level: 'debug' is not one of DEBUG, INFO, WARNING, ERROR; did you mean "
            "`DEBUG`?",
        ),
        ("project: twice", ":4: project: is there twice, first in line 1; keep one"),
        ("functions: {enrich: {}}", ":4: functions.enrich: is not a function; did you mean"),
        (
            "functions:\n  enrich_records:\n    memry: 2Gi",
            ":6: functions.enrich_records.memry: is not a setting; did you mean `memory`?",
        ),
        (
            "functions:\n  enrich_records:\n    memory: 2GB",
            ":6: functions.enrich_records.memory: `2GB` is not a size in Mi or Gi, for example",
        ),
        (
            "functions: {enrich_records: {min_instances: 30}}",
            ":4: functions.enrich_records.min_instances: min_instances (30) is more than "
            "max_instances (20)",
        ),
        (
            "functions: {enrich_records: {timeout: 20m}}",
            ":4: functions.enrich_records.timeout: 1200s is longer than the ack deadline of its",
        ),
        (
            "functions: {enrich_records: {environment: {CSVGATE_LEDGER_BUCKET: x}}}",
            ":4: functions.enrich_records.environment.CSVGATE_LEDGER_BUCKET: is set by csvgate",
        ),
        (
            "network: {connector: Mine}",
            ":4: network.connector: `Mine` is not the name of a Serverless",
        ),
        ("network: {egress: all}", ":4: network: needs a `subnet` or a `connector`"),
        (
            "secrets: {SENDGRID_KEY: {secret: k}}",
            ":4: secrets.SENDGRID_KEY: is not used by any function; did you mean "
            "`SENDGRID_API_KEY`?",
        ),
        (
            "secrets: {SENDGRID_API_KEY: {secret: k, version: newest}}",
            ":4: secrets.SENDGRID_API_KEY.version: `newest` is not `latest` or the number of a",
        ),
        ("region: mars", ":4: region: is there twice"),
    ],
)
def test_mistakes(more: str, expected: str, tmp_path: Path) -> None:
    found = mistakes(tmp_path, GOOD + more)
    assert expected == next((m[: len(expected)] for m in found if m.startswith(expected)), found)


def test_mistakes_come_all_at_once(tmp_path: Path) -> None:
    text = "project: X\nregion: mars\nsender: nobody\nlog_level: LOUD\n"
    places = [m.split(": ")[1] for m in mistakes(tmp_path, text)]
    assert ["project", "region", "sender", "log_level"] == places


def test_an_unknown_environment_names_the_existing_ones() -> None:
    with pytest.raises(EnvironmentMistakes, match="existing environments: dev, prod, staging"):
        environment("production")


def test_an_environment_may_choose_the_rate_and_the_lane(tmp_path: Path) -> None:
    file = tmp_path / "env.yaml"
    file.write_text(
        GOOD + "functions:\n  validate_and_parse: {read_bytes_per_second: 1000}\n"
        "  enrich_records: {small_uploads: pending}\n"
    )
    settled = overlay(topology(), load_environment(file, topology()))
    read = environment_of(settled, "validate_and_parse", "p")["CSVGATE_READ_BYTES_PER_SECOND"]
    lane = environment_of(settled, "enrich_records", "p")["CSVGATE_SMALL_UPLOADS"]
    assert ("1000", "pending") == (read, lane)


def test_an_environment_overlays_the_topology() -> None:
    settled = overlay(topology(), environment("prod"))
    function = settled.functions["notify_stakeholders"]
    assert "csvgate@example.com" == function.environment["CSVGATE_SENDER"]
    assert "1" == function.secrets["SENDGRID_API_KEY"].version
    assert "/secrets/sendgrid" == function.secrets["SENDGRID_API_KEY"].mount
    sizes = settled.functions["validate_and_parse"]
    assert ("4Gi", 2, 50) == (sizes.memory, sizes.cpu, sizes.max_instances)
    assert "2" == environment_of(settled, "validate_and_parse", "p")["CSVGATE_PROCESSORS"]
    assert topology().functions["validate_and_parse"].timeout == sizes.timeout
    assert "shared" == settled.functions["enrich_records"].small_uploads
    assert "CSVGATE_SENDER" not in sizes.environment
