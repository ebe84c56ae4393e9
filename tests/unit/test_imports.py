"""The rules about imports that keep the core pure and a cold start short."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RUNTIME = sorted([*ROOT.glob("shared/**/*.py"), *ROOT.glob("functions/**/*.py")])
FUNCTIONS = ["validate_and_parse", "enrich_records", "notify_stakeholders"]
ONLY_IN_GCP = ("google", "sendgrid", "python_http_client", "grpc")
HEAVY = {"pandas", "polars", "numpy", "duckdb", "pyarrow"}


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module


def run_at_import(tree: ast.Module) -> Iterator[ast.AST]:
    """The nodes that importing the module evaluates: everything but the bodies of functions."""
    pending: list[ast.AST] = [*tree.body]
    while pending:
        node = pending.pop()
        yield node
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            pending += [*node.decorator_list, *node.args.defaults]
            pending += [default for default in node.args.kw_defaults if default is not None]
        elif not isinstance(node, ast.Lambda):
            pending += ast.iter_child_nodes(node)


def reads_environment(tree: ast.Module) -> bool:
    names = {"environ", "getenv", "environb"}
    return any(
        (isinstance(node, ast.Attribute) and node.attr in names)
        or (isinstance(node, ast.Name) and node.id in names)
        for node in run_at_import(tree)
    )


def test_the_runtime_tree_is_found() -> None:
    assert {p.name for p in RUNTIME} >= {"main.py", "failure_boundary.py", "storage.py"}


@pytest.mark.parametrize("path", RUNTIME, ids=lambda p: str(p.relative_to(ROOT)))
def test_only_gcp_imports_google_and_sendgrid(path: Path) -> None:
    if path.parent == ROOT / "shared" / "csvgate" / "gcp":
        return
    found = [m for m in imported(ast.parse(path.read_text())) if m.split(".")[0] in ONLY_IN_GCP]
    assert found == []


@pytest.mark.parametrize("path", RUNTIME, ids=lambda p: str(p.relative_to(ROOT)))
def test_nothing_reads_the_environment_at_import(path: Path) -> None:
    assert not reads_environment(ast.parse(path.read_text()))


def test_the_environment_rule_can_fail() -> None:
    assert reads_environment(ast.parse("import os\nX = os.environ['X']"))
    assert reads_environment(ast.parse("from os import getenv\ndef f(x=getenv('X')): ..."))
    assert not reads_environment(ast.parse("import os\ndef f(): return os.environ['X']"))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_imports_without_environment_or_heavy_packages(function: str) -> None:
    """No client is built, no credential looked for, and what is heavy waits for its first use."""
    source = ROOT / "functions" / function
    program = (
        "import sys; sys.path.append(sys.argv[1]); import main;"
        f"print(*sorted({HEAVY!r} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(source)],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.strip(), done.stderr.strip()) == (0, "", "")
