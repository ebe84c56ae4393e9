"""The `csvgate` command itself."""

import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from csvgate_ops.cli import main as cli
from csvgate_ops.cli.lazy_group import LazyGroup

assert isinstance(cli.csvgate, LazyGroup)
NAMES = sorted(cli.csvgate.modules())


@pytest.mark.parametrize("name", NAMES)
def test_every_module_is_a_command_that_explains_itself(name: str) -> None:
    command = cli.csvgate.get_command(click.Context(cli.csvgate), name)
    assert isinstance(command, click.Command)
    assert command.name == name
    assert command.help
    assert CliRunner().invoke(cli.csvgate, [name, "--help"]).exit_code == 0


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from csvgate_ops.cli.main import csvgate\n"
        "csvgate(['--help'], standalone_mode=False)\n"
        "heavy = {'google.api_core', 'grpc', 'pyarrow', 'pydantic', 'rich'}\n"
        "heavy = (heavy | {'csvgate_ops.cli.operate.status'}) & set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "csvgate_ops.cli.main", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--help",), 0),
        (("--version",), 0),
        (("nonsense",), 2),
        (("up", "--pubsub", "kafka"), 2),
        (("up", "--port", "storage"), 2),
        (("up", "--port", "storage=x"), 2),
        (("up", "--contracts", "/nowhere"), 2),
    ],
)
def test_exit_codes(arguments: tuple[str, ...], code: int) -> None:
    done = run(*arguments)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr


def test_env_of_nothing_says_so(tmp_path: Path) -> None:
    done = run("env", "--data-dir", str(tmp_path))
    assert done.returncode == 1
    assert done.stdout == ""
    assert f"no local cloud is running in {tmp_path}" in done.stderr
    assert "csvgate up" in done.stderr


def test_down_of_nothing_is_well(tmp_path: Path) -> None:
    folder = tmp_path / "never"
    done = run("down", "--data-dir", str(folder), "--json")
    assert (done.returncode, done.stdout) == (0, '{"stopped": false}\n')
    assert not folder.exists()
