"""The deploy commands run on the lean lock alone, which the deploy job installs."""

import os
import subprocess
import sys
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest

from servers import ROOT
from unit.scripts.script import load

COMMANDS = (
    *("deploy.deploy", "deploy.teardown", "deploy.stage", "deploy.doctor", "deploy.smoke"),
    *("deploy.preflight", "operate.reconcile"),
)


@pytest.fixture(scope="module")
def csvgate(tmp_path_factory: pytest.TempPathFactory) -> list[str | Path]:
    """The command, with nothing but the packages of requirements-deploy.txt, linked from the
    environment of the tests: installing them takes a minute."""
    folder = tmp_path_factory.mktemp("lean", numbered=False)
    pinned = load("check_locks").pins(ROOT / "requirements-deploy.txt")
    for name in {requirement.partition(" ;")[0] for requirement in pinned}:
        # The lock is for all platforms: what only another one needs is not installed here.
        with suppress(PackageNotFoundError):
            _link(name, folder)
    path = os.pathsep.join(map(str, (folder, ROOT / "ops", ROOT / "shared")))
    # Without the packages of the environment, and without those of the system.
    python = Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info.minor}"
    return ["/usr/bin/env", "-i", f"PYTHONPATH={path}", python, "-S", "-c"]


def _link(name: str, folder: Path) -> None:
    """Link the files of an installed package, except for commands."""
    for file in distribution(name).files or ():
        if not file.is_absolute() and ".." not in file.parts and file.suffix != ".pyc":
            target = folder / file
            target.parent.mkdir(parents=True, exist_ok=True)
            target.symlink_to(Path(str(file.locate())))


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_can_be_imported(csvgate: list[str | Path], name: str) -> None:
    module = f"import csvgate_ops.cli.main, csvgate_ops.cli.{name}"
    subprocess.run([*csvgate, module], cwd=ROOT, check=True, timeout=120)


def test_what_is_imported_late(csvgate: list[str | Path]) -> None:
    late = (
        "import csvgate.gcp.storage, csvgate.gcp.tables, csvgate.gcp.pubsub, "
        "google.cloud.bigquery, google.cloud.pubsub_v1"
    )
    subprocess.run([*csvgate, late], cwd=ROOT, check=True, timeout=120)


def test_a_plan(csvgate: list[str | Path]) -> None:
    run = (
        "from csvgate_ops.cli.main import csvgate; "
        "csvgate(['deploy', 'dev', '--plan', '--assume-empty'])"
    )
    done = subprocess.run([*csvgate, run], cwd=ROOT, capture_output=True, check=True, timeout=120)
    assert b"gcloud functions deploy" in done.stdout
