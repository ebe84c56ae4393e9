"""The commands of the README lead from a file of one's own to its rows on the screen."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from local_cloud import LocalCloud

pytestmark = pytest.mark.cloud
SALES = "Nr;Kunde;Betrag;Datum\n1;Müller;1.250,50;30.11.2026\n2;O'Neill;7,00;01.12.2026\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Contracts outside the repository, with one contract to begin with."""
    folder = tmp_path_factory.mktemp("own")
    (folder / "visits.csv").write_text("visit,minutes\nv-1,12\nv-2,30\n")
    (folder / "contracts").mkdir()
    return folder


@pytest.fixture(scope="module")
def cloud(folder: Path) -> Iterator[LocalCloud]:
    cloud = LocalCloud(folder / "data", "--contracts", str(folder / "contracts"))
    infer(cloud, folder / "visits.csv")
    with cloud:
        yield cloud


def infer(cloud: LocalCloud, file: Path) -> str:
    """Draft the contract beside the file; return what `infer` says."""
    from click.testing import CliRunner

    from csvgate_ops.cli.main import csvgate

    out = str(cloud.data_dir.parent / "contracts")
    done = CliRunner().invoke(csvgate, ["infer", str(file), "--out", out])
    assert done.exit_code == 0, done.output
    return done.output


def test_a_new_contract_is_used_without_a_restart(cloud: LocalCloud, folder: Path) -> None:
    before = cloud.pids
    sales = folder / "sales.csv"
    sales.write_text(SALES)
    said = infer(cloud, sales)
    assert f"csvgate upload {sales} --wait" in said
    contract = folder / "contracts" / "sales.yaml"
    contract.write_text(contract.read_text().replace("dataset: uploads", "dataset: shop"))
    done = cloud.csvgate("upload", str(sales), "--wait")
    assert "completed: 2 rows read = 2 loaded + 0 rejected" in done.stdout
    assert re.search(r"its rows: (\S+/)?csvgate show sales --upload ", done.stdout)
    rows = json.loads(cloud.csvgate("show", "sales", "--json").stdout)
    assert [("1250.5", "2026-11-30"), ("7", "2026-12-01")] == sorted(
        (row["Betrag"], row["Datum"]) for row in rows
    )
    assert before == cloud.pids


def test_a_changed_contract_is_used_and_its_faults_are_shown(
    cloud: LocalCloud, folder: Path
) -> None:
    visits = folder / "visits.csv"
    contract = folder / "contracts" / "visits.yaml"
    text = contract.read_text()
    changed = re.sub("(name: minutes.*required: true)", r"\1, maximum: 20", text)
    assert changed != text
    contract.write_text(changed)
    done = cloud.csvgate("upload", str(visits), "--wait")
    assert "2 rows read = 1 loaded + 1 rejected" in done.stdout
    assert "constraint.maximum" in done.stdout
    assert "line 3: '30'" in done.stdout
    counted = cloud.csvgate("query", "SELECT COUNT(*) AS n FROM uploads.visits", "--json")
    assert [{"n": 1}] == json.loads(counted.stdout)


def test_contracts_with_mistakes_are_not_used(cloud: LocalCloud, folder: Path) -> None:
    wrong = folder / "contracts" / "wrong.yaml"
    wrong.write_text("dataset: wrong\n")
    done = cloud.csvgate("upload", str(folder / "visits.csv"), check=False)
    wrong.unlink()
    assert done.returncode == 1
    assert "match: is missing" in done.stderr


def test_a_failure_says_why_and_what_to_do(cloud: LocalCloud, folder: Path) -> None:
    page = folder / "page.csv"
    page.write_text("<!doctype html><html>")
    done = cloud.csvgate("upload", str(page), "--as", "visits/page.csv", "--wait", check=False)
    assert done.returncode == 1
    assert "starts like a web page" in done.stdout
    done = cloud.csvgate("upload", str(page), "--as", "nobody/page.csv", "--wait", check=False)
    assert done.returncode == 1
    assert "csvgate infer FILE" in done.stdout
    done = cloud.csvgate("query", "SELEKT 1", check=False)
    assert done.returncode == 1
    assert "SELEKT" in done.stderr
    done = cloud.csvgate("show", "uploads.nothing", check=False)
    assert done.returncode == 1
    assert "created by the first upload" in done.stderr
