"""Staged folders: their contents, and that they are reproducible byte by byte."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from csvgate.contracts.bundle import read_bundle
from csvgate.contracts.bundle_format import CACHED, bundle_name, digest_of
from csvgate.contracts.load import load_directory
from csvgate.contracts.reading.mistakes import ContractError
from csvgate_ops.deploy import DeployError
from csvgate_ops.deploy.kinds.function import BUILD_VARIABLES
from csvgate_ops.deploy.staging.reachable_modules import reachable
from csvgate_ops.deploy.staging.stage import Staged, stage
from unit.deploy.plan.environments import ROOT, topology

FUNCTIONS = ("validate_and_parse", "enrich_records", "notify_stakeholders")
Entry = tuple[str, int, int, bytes]


def entries(folder: Path) -> list[Entry]:
    """All that a copy or a zip would take along: name, mode, time, contents."""
    found = []
    for path in sorted(folder.rglob("*")):
        stat = path.stat()
        data = path.read_bytes() if path.is_file() else b""
        found.append((str(path.relative_to(folder)), stat.st_mode, int(stat.st_mtime), data))
    return found


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("build")


@pytest.fixture(scope="module")
def staged(out: Path) -> dict[str, Staged]:
    return stage(ROOT, out, topology())


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The sources as another checkout has them: other times, other modes, with bytecode."""
    root = tmp_path / "clone"
    for folder in ("functions", "shared", "contracts"):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("*.pyc"))
    for path in root.rglob("*.py"):
        os.utime(path, (1, 1))
        path.chmod(0o600)
    cache = root / "functions" / "enrich_records" / "__pycache__"
    cache.mkdir(exist_ok=True)
    (cache / "main.cpython-311.pyc").write_bytes(b"bytecode")
    return root


def test_another_checkout_gives_the_same_bytes(
    out: Path, staged: dict[str, Staged], clone: Path, tmp_path: Path
) -> None:
    again = stage(clone, tmp_path / "again", topology())
    assert [s.digest for s in staged.values()] == [s.digest for s in again.values()]
    for name in FUNCTIONS:
        assert entries(out / name) == entries(tmp_path / "again" / name)


def test_an_added_byte_changes_the_digests_of_the_functions_that_contain_it(
    staged: dict[str, Staged], clone: Path, tmp_path: Path
) -> None:
    file = clone / "shared" / "csvgate" / "validation" / "rules.py"
    file.write_text(file.read_text() + "#\n")
    again = stage(clone, tmp_path / "again", topology())
    changed = [n for n in FUNCTIONS if again[n].digest != staged[n].digest]
    assert ["validate_and_parse"] == changed


def test_the_previous_contents_are_replaced(clone: Path, tmp_path: Path) -> None:
    stage(clone, tmp_path / "again", topology())
    wording = Path("notify_stakeholders") / "notification" / "email" / "wording.py"
    assert (tmp_path / "again" / wording).exists()
    (clone / "functions" / wording).unlink()
    stage(clone, tmp_path / "again", topology())
    assert not (tmp_path / "again" / wording).exists()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_contents_of_a_staged_folder(name: str, out: Path, staged: dict[str, Staged]) -> None:
    names = {entry[0] for entry in entries(out / name)}
    boundary = "csvgate/runtime/failure_boundary.py"
    assert {"main.py", "requirements.txt", f"contracts/{CACHED}", boundary} <= names
    assert not any(n.endswith((".pyc", ".in", ".typed")) or "__pycache__" in n for n in names)
    requirements = (out / name / "requirements.txt").read_text()
    assert "--hash=sha256:" in requirements
    # What checks cells, and no other function, matches patterns.
    checks_cells = "csvgate/validation/cells.py" in names
    assert checks_cells == ("\ngoogle-re2==" in requirements) == (name == "validate_and_parse")
    computes = "csvgate/enrichment/sql/process/locked_duckdb.py" in names
    assert computes == ("\nduckdb==" in requirements) == (name != "notify_stakeholders")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_has_the_contracts_as_a_bundle(
    name: str, out: Path, staged: dict[str, Staged]
) -> None:
    bundle = (out / staged[name].folder / "contracts" / CACHED).read_bytes()
    assert list(read_bundle(bundle)) == list(load_directory(ROOT / "contracts"))
    assert (out / bundle_name(digest_of(bundle))).read_bytes() == bundle


def test_a_changed_contract_rebuilds_no_function(
    staged: dict[str, Staged], clone: Path, tmp_path: Path
) -> None:
    """Its bundle is staged under another name, and the one before is not kept."""
    file = clone / "contracts" / "orders.yaml"
    stage(clone, tmp_path / "again", topology())
    file.write_text(file.read_text().replace("data-operators@", "on-call@"))
    again = stage(clone, tmp_path / "again", topology())
    assert [s.digest for s in staged.values()] == [s.digest for s in again.values()]
    bundle = (tmp_path / "again" / "notify_stakeholders" / "contracts" / CACHED).read_bytes()
    (found,) = (tmp_path / "again" / "bundles").iterdir()
    assert (found.name, found.read_bytes()) == (f"{digest_of(bundle)}.json", bundle)


@pytest.mark.parametrize(("variables", "kind"), [(BUILD_VARIABLES, "hash"), ({}, "time")])
def test_the_bytecode_of_a_build_is_valid_by_its_hash(
    variables: Mapping[str, str], kind: str, out: Path, staged: dict[str, Staged], tmp_path: Path
) -> None:
    """The buildpack runs this command, and the image gives all files another time. Bytecode that is
    valid by the time of its source would then be useless."""
    copy = shutil.copytree(out / staged["notify_stakeholders"].folder, tmp_path / "copy")
    command = [sys.executable, "-m", "compileall", "-f", "-q", "."]
    subprocess.run(command, cwd=copy, env=dict(variables), check=True)
    # PEP 552: the second word of the header says how the bytecode is validated.
    flags = {path.read_bytes()[4:8] for path in copy.rglob("*.pyc")}
    assert flags == {(0b11 if kind == "hash" else 0).to_bytes(4, "little")}


def test_packages_that_a_function_does_not_reach_are_left_out(
    out: Path, staged: dict[str, Staged]
) -> None:
    for room in ("csv", "validation", "unique", "rejects", "chunks", "references"):
        assert not (out / "notify_stakeholders" / "csvgate" / room).exists()
    assert not (out / "validate_and_parse" / "csvgate" / "gcp" / "write_api").exists()
    assert (out / "enrich_records" / "csvgate" / "gcp" / "write_api").exists()


@pytest.mark.parametrize("name", ["validate_and_parse", "enrich_records"])
def test_expressions_are_computed_from_a_staged_folder(
    name: str, out: Path, staged: dict[str, Staged]
) -> None:
    """DuckDB's process runs a module that is not imported where it is used."""
    program = (
        "from csvgate.enrichment.sql.process import duckdb_process\n"
        "print(duckdb_process.__file__, duckdb_process.shared().types('SELECT 1'))"
    )
    folder = out / staged[name].folder
    done = subprocess.run(
        [sys.executable, "-P", "-c", program],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    expected = f"{folder}/csvgate/enrichment/sql/process/duckdb_process.py ['INTEGER']\n"
    assert (expected, "") == (done.stdout, done.stderr)


def test_mistakes_in_expressions_are_reported_before_a_deploy(clone: Path, tmp_path: Path) -> None:
    file = clone / "contracts" / "orders.yaml"
    file.write_text(file.read_text() + "checks: [{sql: amount > now(), message: too late}]\n")
    with pytest.raises(ContractError, match=r"orders\.yaml:\d+: checks\[0\]\.sql: `amount > now"):
        stage(clone, tmp_path / "again", topology())


def test_a_function_without_its_lock(clone: Path, tmp_path: Path) -> None:
    (clone / "functions" / "enrich_records" / "requirements.txt").unlink()
    with pytest.raises(DeployError, match=r"requirements\.txt is missing"):
        stage(clone, tmp_path / "again", topology())


def test_imports_are_followed_anywhere_in_a_file(tmp_path: Path) -> None:
    files = {
        "shared/csvgate/__init__.py": "",
        "shared/csvgate/a.py": "def late() -> None:\n    import csvgate.deep.b\n",
        "shared/csvgate/deep/__init__.py": "",
        "shared/csvgate/deep/b.py": "from csvgate.deep import c\n",
        "shared/csvgate/deep/c.py": "",
        "shared/csvgate/types_only.py": "",
        "shared/csvgate/other.py": "",
        "source/main.py": "from typing import TYPE_CHECKING\nfrom csvgate.a import late\n"
        "if TYPE_CHECKING:\n    from csvgate.types_only import T\n",
    }
    assert [
        "__init__.py",
        "a.py",
        "deep/__init__.py",
        "deep/b.py",
        "deep/c.py",
    ] == found(tmp_path, files)


BUILD = """
def first():
    import csvgate.one
def second():
    import csvgate.two
    return helper()
def helper():
    import csvgate.three
@registered
def fourth():
    import csvgate.four
"""


@pytest.mark.parametrize(
    ("imported", "expected"),
    [
        ("from csvgate.build import first", {"one", "three", "four"}),
        ("from csvgate.build import second", {"two", "three", "four"}),
        ("from csvgate import build", {"one", "two", "three", "four"}),
        ("import csvgate.build", {"one", "two", "three", "four"}),
        ("from csvgate.relay import first", {"one", "three", "four"}),
    ],
)
def test_imports_in_unused_functions_are_not_followed(
    imported: str, expected: set[str], tmp_path: Path
) -> None:
    """`helper` is named in its module and `fourth` is decorated, so they may be called."""
    files = {
        "shared/csvgate/__init__.py": "",
        "shared/csvgate/build.py": BUILD,
        "shared/csvgate/relay.py": "from csvgate.build import first\n",
        **{f"shared/csvgate/{name}.py": "" for name in ("one", "two", "three", "four")},
        "source/main.py": f"{imported}\n",
    }
    names = {name.removesuffix(".py") for name in found(tmp_path, files)}
    assert expected == names - {"__init__", "build", "relay"}


def found(folder: Path, files: Mapping[str, str]) -> list[str]:
    """Write the files, and return the modules in `shared` that `source` reaches."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    shared = folder / "shared"
    modules = reachable(folder / "source", shared)
    return [str(module.relative_to(shared / "csvgate")) for module in modules]
