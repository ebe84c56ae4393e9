"""Find the modules of `csvgate` that a function imports, directly or indirectly.

An import inside a function counts if that function can be called: `csvgate.gcp.build` imports each
client where it is built, and a deployed function must not contain the modules of other clients.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

PACKAGE = "csvgate"
_ALL = "*"


def reachable(source: Path, shared: Path) -> list[Path]:
    """Return the files under `shared` that the Python files under `source` import, directly or
    indirectly, with the packages around them. Imports anywhere in a file count, except those for
    type checkers and those in functions that nobody imports or names."""
    used: dict[Path, set[str]] = {file: {_ALL} for file in source.rglob("*.py")}
    waiting = sorted(used)
    while waiting:
        file = waiting.pop()
        tree = ast.parse(file.read_bytes(), str(file))
        for name in _imported(tree, used[file]):
            for module, attribute in _files(name, shared):
                names = used.setdefault(module, set())
                if attribute not in names:
                    names.add(attribute)
                    waiting.append(module)
    return sorted(file for file in used if file.is_relative_to(shared))


def _imported(tree: ast.Module, used: set[str]) -> Iterator[str]:
    skipped = set() if _ALL in used else _unused_functions(tree, used)
    for node in _executed(tree, skipped):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            # The imported name may be a module itself.
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _unused_functions(tree: ast.Module, used: set[str]) -> set[ast.AST]:
    named = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return {
        node
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and node.name not in used | named
        and not node.decorator_list  # a decorator may register it
        and not node.name.startswith("__")  # Python itself calls `__getattr__`
    }


def _executed(node: ast.AST, skipped: set[ast.AST]) -> Iterator[ast.AST]:
    yield node
    if isinstance(node, ast.If) and _for_types(node):
        skipped = skipped.union(node.body)
    for child in ast.iter_child_nodes(node):
        if child not in skipped:
            yield from _executed(child, skipped)


def _for_types(node: ast.If) -> bool:
    return isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def _files(name: str, shared: Path) -> Iterator[tuple[Path, str]]:
    """Yield the files of the module and the packages in a name such as
    `csvgate.validation.rules.check`, each with what the name uses of it: an attribute or all."""
    parts = name.split(".")
    if parts[0] != PACKAGE:
        return
    for length in range(1, len(parts) + 1):
        path = shared.joinpath(*parts[:length])
        if (package := path / "__init__.py").is_file():
            yield package, _ALL
        if (module := path.with_suffix(".py")).is_file():
            yield module, parts[length] if length < len(parts) else _ALL
