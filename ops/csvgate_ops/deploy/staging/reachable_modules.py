"""Find the modules of `csvgate` that a function imports, directly or indirectly."""

import ast
from collections.abc import Iterator
from pathlib import Path

PACKAGE = "csvgate"


def reachable(source: Path, shared: Path) -> list[Path]:
    """Return the files under `shared` that the Python files under `source` import, directly or
    indirectly, with the packages around them. Imports anywhere in a file count, except those for
    type checkers."""
    found: set[Path] = set()
    waiting = sorted(source.rglob("*.py"))
    while waiting:
        file = waiting.pop()
        for name in _imported(ast.parse(file.read_bytes(), str(file))):
            for module in _files(name, shared):
                if module not in found:
                    found.add(module)
                    waiting.append(module)
    return sorted(found)


def _imported(tree: ast.AST) -> Iterator[str]:
    for node in _executed(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            # The imported name may be a module itself.
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _executed(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    skipped: list[ast.stmt] = node.body if isinstance(node, ast.If) and _for_types(node) else []
    for child in ast.iter_child_nodes(node):
        if child not in skipped:
            yield from _executed(child)


def _for_types(node: ast.If) -> bool:
    return isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def _files(name: str, shared: Path) -> Iterator[Path]:
    """Yield the files of the module and the packages in a name such as
    `csvgate.validation.rules.check`."""
    parts = name.split(".")
    if parts[0] != PACKAGE:
        return
    for length in range(1, len(parts) + 1):
        path = shared.joinpath(*parts[:length])
        for file in (path / "__init__.py", path.with_suffix(".py")):
            if file.is_file():
                yield file
