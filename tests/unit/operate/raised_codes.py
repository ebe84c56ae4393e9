"""Collects every code that the runtime raises from its source."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
KINDS = {
    "Permanent": "Permanent",
    "Transient": "Transient",
    "FileFault": "FileFault",
    "OutOfTime": "Transient",
    "StreamGone": "Transient",
    "StreamShort": "Transient",
    "StreamCommitted": "Transient",
}
"""The exceptions' names, and the kind of each."""

Codes = dict[str, set[str]]
"""Code → the kinds it is raised as."""


def raised() -> tuple[Codes, list[str]]:
    """Return all codes, and `file: expression` for those that are not constants."""
    codes: Codes = defaultdict(set)
    computed: list[str] = []
    for path in sorted([*ROOT.glob("shared/**/*.py"), *ROOT.glob("functions/**/*.py")]):
        tree = ast.parse(path.read_text())
        constants = dict(_constants(tree))
        for kind, code in _calls(tree):
            found = list(_values(code, constants))
            if not found:
                computed.append(f"{path.relative_to(ROOT)}: {ast.unparse(code)}")
            for one in found:
                codes[one].add(kind)
    return dict(codes), computed


def _calls(tree: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args:
            name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            name = node.func.id if isinstance(node.func, ast.Name) else name
            if name in KINDS:
                yield KINDS[name], node.args[0]


def _constants(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        targets = [node.target] if isinstance(node, ast.AnnAssign) else targets
        value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
        for target in targets:
            if isinstance(target, ast.Name) and isinstance(value, ast.Constant):
                yield target.id, str(value.value)


def _values(code: ast.expr, constants: dict[str, str]) -> Iterator[str]:
    if isinstance(code, ast.Constant):
        yield str(code.value)
    elif isinstance(code, ast.Name) and code.id in constants:
        yield constants[code.id]
    elif isinstance(code, ast.IfExp):
        yield from _values(code.body, constants)
        yield from _values(code.orelse, constants)
