"""Sessions with a local cloud or with a project, whose resources a topology file names."""

from pathlib import Path

import pytest

from csvgate_ops.local.cloud.errors import CloudError
from csvgate_ops.session import of_project, open_session


def test_a_project_is_named_by_the_topology() -> None:
    session = of_project("acme-prod")
    assert "acme-prod-ledger" == session.bucket("ledger")
    assert "acme-prod" == session.project
    assert {"validate_and_parse", "enrich_records", "notify_stakeholders"} == set(
        session.topology().functions
    )
    assert {
        "topic": "enrich-records-dead-letter",
        "review": "enrich-records-dead-letter-review",
        "retention": 31 * 86_400,
    } == session.endpoints["dead_letters"]["enrich_records"]
    assert " --project acme-prod" == session.options


def test_every_mistake_in_a_topology_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "topology.yaml"
    path.write_text("buckets: {}\n")
    with pytest.raises(CloudError, match=r"functions: Field required"):
        open_session(tmp_path, "acme-prod", path)


def test_without_a_project_it_is_the_local_cloud(tmp_path: Path) -> None:
    with pytest.raises(CloudError, match="no local cloud is running"):
        open_session(tmp_path, None)


def test_missing_credentials_are_reported_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("STORAGE_EMULATOR_HOST", "PUBSUB_EMULATOR_HOST", "BIGQUERY_EMULATOR_HOST"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", "/nowhere/key.json")
    with pytest.raises(CloudError, match="gcloud auth application-default login"):
        of_project("acme-prod").ledger()
