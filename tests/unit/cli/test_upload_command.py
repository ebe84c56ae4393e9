"""`csvgate upload` sends the sidecar of a file before the file, or says that it is needed."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner

from csvgate.contracts.match import Contracts
from csvgate.protocol.identity import Upload
from csvgate_ops.cli.operate import upload
from unit.delivery.simple import contracts

BESIDE = contracts(totals={"pattern": "^(?P<rows>[0-9]+)", "sidecar": "{stem}.ctl"})


class Cloud:
    """A session with a bucket, which notes the order of what is sent."""

    def __init__(self, known: Contracts) -> None:
        self.contracts, self.sent, self.there = known, list[str](), set[str]()
        self.endpoints: dict[str, str] = {}

    def bucket(self, key: str) -> str:
        return key

    def storage(self) -> Any:
        def blob(name: str) -> Any:
            return SimpleNamespace(exists=lambda: name in self.there)

        return SimpleNamespace(bucket=lambda _: SimpleNamespace(blob=blob))

    def send(self, _: Any, path: Path, name: str, *__: Any) -> Upload:
        self.sent.append(f"{path.name} as {name}")
        return Upload("uploads", name, 1)


def run(
    monkeypatch: pytest.MonkeyPatch, cloud: Cloud, file: Path, name: str = "plain/may.csv"
) -> str:
    """Return what is written to stderr."""
    file.write_text("a\n1\n", encoding="utf-8")
    monkeypatch.setattr(upload, "connect", lambda _: cloud)
    monkeypatch.setattr(upload, "await_contracts", lambda _: cloud.contracts)
    monkeypatch.setattr(upload, "send", cloud.send)
    done = CliRunner().invoke(upload.command, [str(file), "--as", name])
    assert 0 == done.exit_code, done.output
    return done.stderr


def test_the_sidecar_is_sent_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    cloud = Cloud(BESIDE)
    (tmp_path / "download.ctl").write_text("1", encoding="utf-8")
    said = run(monkeypatch, cloud, tmp_path / "download.csv")
    assert ["download.ctl as plain/may.ctl", "download.csv as plain/may.csv"] == cloud.sent
    assert "uploading download.ctl as plain/may.ctl\n" in said


@pytest.mark.parametrize("is_there", [True, False])
def test_a_missing_sidecar_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, is_there: bool
) -> None:
    cloud = Cloud(BESIDE)
    cloud.there = {"plain/may.ctl"} if is_there else set()
    said = run(monkeypatch, cloud, tmp_path / "may.csv")
    assert ["may.csv as plain/may.csv"] == cloud.sent
    note = (
        "Note: plain/may.csv will wait for its sidecar plain/may.ctl, which is not beside may.csv; "
        "upload it with: csvgate upload SIDECAR --as plain/may.ctl\n"
    )
    assert is_there == (note not in said)


@pytest.mark.parametrize(
    ("known", "name"),
    [
        (contracts(), "plain/may.csv"),
        (BESIDE, "plain/may.0123456789abcdef0123-0123456789abcdef.rejects.csv"),
        (BESIDE, "plain/may.ctl"),
    ],
)
def test_other_uploads_need_no_sidecar(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, known: Contracts, name: str
) -> None:
    cloud = Cloud(known)
    (tmp_path / "may.ctl").write_text("1", encoding="utf-8")
    said = run(monkeypatch, cloud, tmp_path / "may.csv", name)
    assert [f"may.csv as {name}"] == cloud.sent
    assert "sidecar" not in said
