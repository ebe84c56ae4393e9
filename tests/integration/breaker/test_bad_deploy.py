"""A bad deploy on the local cloud: messages wait in the subscription, and go through once the
breaker is lifted. The deployed function has the real failure boundary, ledger and dead letters."""

import json
from pathlib import Path

import pytest

from e2e.uploads import letters
from integration.cloud.conftest import FUNCTIONS
from local_cloud import ROOT, LocalCloud, eventually

pytestmark = pytest.mark.cloud
BAD_DEPLOY = Path(__file__).parent / "functions"
FUNCTION, MESSAGES = "notify_stakeholders", 60


def topology(folder: Path) -> Path:
    """The repository's, with a breaker that trips soon and messages that wait for long."""
    text = (ROOT / "deploy" / "topology.yaml").read_text()
    for before, after in (
        ("letters: 50", "letters: 5"),
        ("max_delivery_attempts: 10}", "max_delivery_attempts: 100}"),
        ("{min_backoff: 1s, max_backoff: 10s}", "{min_backoff: 1s, max_backoff: 2s}"),
    ):
        assert before in text
        text = text.replace(before, after)
    path = folder / "topology.yaml"
    path.write_text(text)
    return path


def deploy(folder: Path) -> tuple[str, ...]:
    """Options of `csvgate up`."""
    functions = folder / "functions"
    functions.mkdir()
    (functions / FUNCTION).symlink_to(BAD_DEPLOY / FUNCTION)
    for other in ("validate_and_parse", "enrich_records"):
        (functions / other).symlink_to(FUNCTIONS / other)
    return (
        *("--functions", str(functions), "--topology", str(topology(folder))),
        *("--env", f"CSVGATE_TEST_FOLDER={folder}", "--env", f"CSVGATE_TEST_RECORDS={folder}"),
    )


def state(cloud: LocalCloud) -> str:
    found = json.loads(cloud.csvgate("breaker", "--json").stdout)
    return next(str(entry["state"]) for entry in found if entry["function"] == FUNCTION)


def ids(folder: Path, what: str) -> set[str]:
    return {path.stem for path in folder.glob(f"*.{what}")}


def test_messages_wait_for_the_lift(tmp_path: Path) -> None:
    (tmp_path / "bad").touch()
    with LocalCloud(tmp_path / "data", *deploy(tmp_path)) as cloud:
        assert "closed" == state(cloud)
        for number in range(MESSAGES):
            cloud.publish("enrichment-complete", b"{}", **{"ce-id": str(number)})
        eventually(lambda: state(cloud) == "open", "an open breaker", seconds=150)
        shown = cloud.csvgate("breaker").stdout
        assert "notify.no_contract" in " ".join(shown.split())
        assert 'csvgate breaker lift notify_stakeholders --reason "…"' in shown

        (tmp_path / "bad").unlink()
        cloud.csvgate("breaker", "lift", FUNCTION, "--reason", "contracts are back")
        dead = ids(tmp_path, "given-up")
        assert 5 <= len(dead) < MESSAGES
        eventually(
            lambda: {letter["ce-id"] for letter in letters(cloud, FUNCTION)} == dead, "letters"
        )
        rest = {str(number) for number in range(MESSAGES)} - dead
        eventually(lambda: ids(tmp_path, "handled") == rest, "the messages that waited", 150)
        assert "lifted" == state(cloud)
        again = cloud.csvgate("breaker", "lift", FUNCTION, "--reason", "once more", check=False)
        assert (1, "") == (again.returncode, again.stdout)
        assert "is not open" in again.stderr

        (audit,) = cloud.bucket("audit").list_blobs(prefix="audit/")
        entry = json.loads(audit.download_as_bytes())
        assert ("breaker.lift", "contracts are back") == (entry["action"], entry["reason"])
        assert FUNCTION == entry["details"]["function"]
