"""The deploy commands run on the lean lock alone, which the deploy job installs."""

import subprocess
import sys
from pathlib import Path

import pytest

from servers import ROOT

COMMANDS = ("deploy", "teardown", "stage", "doctor", "smoke")


@pytest.fixture(scope="module")
def csvgate(tmp_path_factory: pytest.TempPathFactory) -> list[str | Path]:
    """The command, in an environment with nothing but requirements-deploy.txt."""
    folder = tmp_path_factory.mktemp("lean") / "venv"
    uv = Path(sys.executable).with_name("uv")
    lock = ROOT / "requirements-deploy.txt"
    for command in (
        (uv, "venv", "--quiet", "--python", sys.executable, folder),
        (uv, "pip", "install", "--quiet", "--python", folder, "--require-hashes", "-r", lock),
    ):
        subprocess.run(command, check=True, timeout=300)
    python = folder / "bin" / "python"
    return ["/usr/bin/env", "-i", f"PYTHONPATH={ROOT / 'ops'}:{ROOT / 'shared'}", python, "-c"]


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_can_be_imported(csvgate: list[str | Path], name: str) -> None:
    module = f"import csvgate_ops.cli.main, csvgate_ops.cli.deploy.{name}"
    subprocess.run([*csvgate, module], cwd=ROOT, check=True, timeout=120)


def test_what_is_imported_late(csvgate: list[str | Path]) -> None:
    late = "import csvgate.gcp.storage, csvgate.gcp.tables, google.cloud.bigquery"
    subprocess.run([*csvgate, late], cwd=ROOT, check=True, timeout=120)


def test_a_plan(csvgate: list[str | Path]) -> None:
    run = (
        "from csvgate_ops.cli.main import csvgate; "
        "csvgate(['deploy', 'dev', '--plan', '--assume-empty'])"
    )
    done = subprocess.run([*csvgate, run], cwd=ROOT, capture_output=True, check=True, timeout=120)
    assert b"gcloud functions deploy" in done.stdout
