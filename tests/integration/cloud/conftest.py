"""A local cloud whose functions only write down what they are given."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from local_cloud import ROOT, LocalCloud

FUNCTIONS = Path(__file__).parent / "functions"


@dataclass(frozen=True)
class Recorded:
    """What the recording functions were given."""

    folder: Path

    def of(self, function: str) -> list[dict[str, Any]]:
        try:
            text = (self.folder / f"{function}.jsonl").read_text()
        except FileNotFoundError:
            return []
        return [json.loads(line) for line in text.splitlines()]

    def with_id(self, function: str, id: str) -> list[dict[str, Any]]:  # noqa: A002
        return [call for call in self.of(function) if call["attributes"]["id"] == id]


def impatient_topology(folder: Path) -> Path:
    """The repository's topology with short retries that do not back off."""
    text = (ROOT / "deploy" / "topology.yaml").read_text()
    for patient, impatient in (
        ("{min_backoff: 1s, max_backoff: 10s}", "{min_backoff: 1s, max_backoff: 1s}"),
        ("max_delivery_attempts: 100}", "max_delivery_attempts: 5}"),
        ("max_delivery_attempts: 10}", "max_delivery_attempts: 5}"),
    ):
        assert patient in text
        text = text.replace(patient, impatient)
    path = folder / "topology.yaml"
    path.write_text(text)
    return path


def recording_options(folder: Path) -> tuple[str, ...]:
    """Options of `csvgate up` for recording functions, with one reference file."""
    references = folder / "references"
    references.mkdir()
    (references / "customers.csv").write_text("customer_id,segment\nC0000001,retail\n")
    (folder / "records").mkdir()
    return (
        *("--functions", str(FUNCTIONS), "--references", str(references)),
        *("--topology", str(impatient_topology(folder))),
        *("--env", f"CSVGATE_TEST_RECORDS={folder / 'records'}"),
    )


@pytest.fixture(scope="session")
def recording_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("recording")


@pytest.fixture(scope="session")
def recording_cloud(recording_folder: Path) -> Iterator[LocalCloud]:
    """Shared by tests that leave it as it was: up, every process alive."""
    options = recording_options(recording_folder)
    with LocalCloud(recording_folder / "data dir", *options) as cloud:
        yield cloud


@pytest.fixture
def recorded(recording_folder: Path) -> Recorded:
    return Recorded(recording_folder / "records")
