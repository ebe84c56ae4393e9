"""docs/security.md names a test for each threat: every one of them is there."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text()
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)))


def functions(path: Path) -> set[str]:
    tree = ast.parse(path.read_text())
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize(("path", "name"), NAMED)
def test_a_named_test_exists(path: str, name: str) -> None:
    assert name.startswith("test_")
    assert name in functions(ROOT / path)


def test_every_threat_names_a_test() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| ") and "|---" not in line]
    threats = [row for row in rows if row.count("|") == 4 and "| shown by |" not in row]
    people = [row for row in threats if "::" not in row]
    assert len(threats) - len(people) > 25
    assert 9 == len(people), "the table of who is trusted, and its head"
