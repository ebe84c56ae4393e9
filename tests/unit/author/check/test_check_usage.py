"""Usage errors: exit code 2, the error on stderr and nothing on stdout."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from unit.author.check.check_examples import ORDERS, ORDERS_YAML, ROOT, check, write_contract


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("/nowhere.csv",), "does not exist"),
        ((ROOT,), "is a directory"),
        (("-",), "standard input has no name"),
        ((ORDERS, "--contract", "/nowhere.yaml"), "does not exist"),
        (
            (ORDERS, "--contract", ORDERS_YAML, "--contracts", ROOT),
            "either --contract or --contracts",
        ),
        ((ORDERS, "--max-faults", "-1"), "-1"),
        ((ORDERS, "--format", "xml"), "xml"),
        ((ORDERS, "--contract", ORDERS_YAML, "--rejects", ORDERS), "would replace the file"),
        ((ORDERS, "--contract", ORDERS_YAML, "--rejects", ORDERS_YAML), "or its contract"),
        ((ORDERS, "--contract", ORDERS_YAML, "--rejects", "/dev/null"), "not a regular file"),
        ((ORDERS, "--contract", ORDERS_YAML, "--rejects", "/nowhere/r.csv"), "cannot write"),
        ((ORDERS, "--contract", ORDERS_YAML, "--as", "x.csv"), "does not apply to uploads named"),
    ],
)
def test_wrong_usage(arguments: tuple[str | Path, ...], said: str) -> None:
    done = check(*arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr


def test_all_mistakes_of_a_contract_are_reported(tmp_path: Path) -> None:
    contract = write_contract(tmp_path, "things", encoding="klingon", matches=["x"])
    done = check(ORDERS, "--contract", contract)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "2 mistakes in contracts:" in done.stderr
    assert "unknown property `matches`" in done.stderr
    assert "'klingon' is not a supported encoding" in done.stderr


CHECK = [sys.executable, "-m", "csvgate_ops.cli.main", "check"]


def run(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*CHECK, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd=ROOT,
    )


@pytest.mark.parametrize(
    ("name", "code"), [("orders/x.csv", 1), ("elsewhere/x.csv", 2), ("orders/a/x.csv", 2)]
)
def test_exit_codes_of_the_process(name: str, code: int) -> None:
    references = ROOT / "samples" / "references"
    done = run(ORDERS, "--as", name, "--references", references)
    assert done.returncode == code
    assert bool(done.stdout) == (code == 1)
    assert bool(done.stderr) == (code == 2)
    assert "\x1b" not in done.stdout


def test_a_reader_that_leaves_early_ends_it_quietly(tmp_path: Path) -> None:
    fields = [{"name": "id", "type": "integer"}]
    contract = write_contract(tmp_path, "things", schema={"fields": fields})
    file = tmp_path / "x.csv"
    file.write_text("id\n" + "x\n" * 20_000)
    read, write = os.pipe()
    os.close(read)
    try:
        done = subprocess.run(
            [*CHECK, file, "--max-faults", "0", "--contract", contract],
            stdout=write,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=60,
        )
    finally:
        os.close(write)
    assert (done.returncode, done.stderr) == (1, "")
