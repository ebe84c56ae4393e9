"""Whatever is installed, or was written by others and copied here, is pinned by hash."""

import ast
import hashlib
import re
import subprocess
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from sys import stdlib_module_names

from unit.scripts.script import load

ROOT = Path(__file__).resolve().parents[2]
STATIC = "ops/csvgate_ops/operate/console/static"
VENDORED = {  # npm's htmx.org 2.0.11: dist/htmx.min.js and LICENSE
    f"{STATIC}/htmx-2.0.11.min.js": (
        "d6fdc75f204e6bdefa99b69bf1e6d4ac69b8a364f77929f45c13476b4000f717"
    ),
    f"{STATIC}/htmx-LICENSE.txt": (
        "d3d2456f76414f2456104660ebd65aff1c04cd7966b942bdabd63f3cdb316a38"
    ),
}
"""Files written by others → SHA-256. A new version changes its hash here in the same commit."""
OURS = {"console.css", "console.js", "fresh.js", "icon.svg", "mailbox.css"}
LONGEST_SAMPLE = 100
"""Bytes of a binary file in tests/files."""
COMMANDS = ("deploy", "teardown", "stage", "doctor", "smoke", "preflight")
LATE = {
    *("google-cloud-bigquery-storage", "sendgrid", "grpcio", "cryptography"),
}
"""Imported where they are used: by the clients of `csvgate.gcp.build` that none of these commands
builds, and for the hashes of unique keys."""


def tracked() -> list[str]:
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    found = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True)
    return [name for name in found.stdout.splitlines() if (ROOT / name).is_file()]


def test_vendored_files_are_the_published_ones() -> None:
    found = {n: hashlib.sha256((ROOT / n).read_bytes()).hexdigest() for n in VENDORED}
    assert VENDORED == found


def test_every_file_that_a_browser_gets_is_ours_or_pinned() -> None:
    static = {name for name in tracked() if "/static/" in name}
    assert VENDORED.keys() == {name for name in static if Path(name).name not in OURS}


def test_no_other_file_is_minified_or_binary() -> None:
    for name in set(tracked()) - VENDORED.keys():
        data = (ROOT / name).read_bytes()
        picture = name.startswith("docs/images/")
        # The beginnings of files that are not CSV, and a file in UTF-16: too short for a program.
        sample = name.startswith("tests/files/") and len(data) < LONGEST_SAMPLE
        assert picture or sample or b"\0" not in data, f"{name} is binary: pin it in VENDORED"
        code = name.endswith((".js", ".css"))
        assert not code or max(map(len, data.splitlines())) < 300, f"{name} is minified: pin it"


def test_pip_installs_nothing_without_a_hash() -> None:
    """Except csvgate itself, which is here, without its dependencies and without a build
    environment, into which pip would download setuptools."""
    files = ["Makefile", "deploy/deploy.sh", "deploy/teardown.sh", ".ci/run"]
    files += [name for name in tracked() if name.startswith((".github/", "ops/scripts/"))]
    lines = [line for name in files for line in (ROOT / name).read_text().splitlines()]
    code = (line for line in lines if not line.lstrip().startswith("#"))
    installs = [line for line in code if re.search(r"\bpip\b.* install ", line)]
    assert len(installs) >= 5
    own = "install --quiet --no-deps --no-build-isolation --editable ."
    assert [] == [i for i in installs if "--require-hashes -r " not in i and own not in i]


def test_pip_is_locked_by_itself_at_the_version_of_the_other_locks() -> None:
    pins = load("check_locks").pins
    assert pins(ROOT / "requirements-pip.txt").keys() == {"pip"}
    assert (
        pins(ROOT / "requirements-pip.txt").items() <= pins(ROOT / "requirements-dev.txt").items()
    )


def test_the_deploy_commands_have_what_they_import_and_nothing_else() -> None:
    locks = load("check_locks")
    wanted = locks.wanted(ROOT / "requirements-deploy.in")
    start = [ROOT / f"ops/csvgate_ops/cli/deploy/{name}.py" for name in COMMANDS]
    start.append(ROOT / "ops/csvgate_ops/cli/operate/reconcile.py")
    of_module = packages_distributions()
    imported = {
        locks.canonical(distribution)
        for module in _foreign([ROOT / "ops/csvgate_ops/cli/main.py", *start])
        for distribution in of_module[module][:1]
        if module != "google"
        # This name belongs to many packages.
    } | {"google-cloud-storage", "google-cloud-bigquery", "google-cloud-pubsub"}
    # They come with google-cloud-storage (requests, urllib3, google-crc32c), pydantic and sendgrid.
    implied = {"requests", "urllib3", "google-crc32c", "pydantic-core", "python-http-client"}
    assert wanted - {"setuptools"} == imported - LATE - implied


def _foreign(start: list[Path]) -> set[str]:
    """Return the top-level names of all modules of others that these files import, directly or
    indirectly, anywhere in a file."""
    waiting, seen, found = list(start), set[Path](), set[str]()
    while waiting:
        file = waiting.pop()
        if file in seen:
            continue
        seen.add(file)
        for name in _imports(ast.parse(file.read_bytes())):
            top = name.partition(".")[0]
            if top in ("csvgate", "csvgate_ops"):
                waiting += _files(name)
            elif top not in stdlib_module_names:
                found.add(top)
    return found


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _files(name: str) -> Iterator[Path]:
    base, parts = ROOT / ("ops" if name.startswith("csvgate_ops") else "shared"), name.split(".")
    for length in range(1, len(parts) + 1):
        path = base.joinpath(*parts[:length])
        yield from (f for f in (path / "__init__.py", path.with_suffix(".py")) if f.is_file())
