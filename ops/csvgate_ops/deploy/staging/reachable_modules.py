"""Find the modules of our packages that a function imports, directly or indirectly.

An import inside a function counts if that function can be called: `csvgate.gcp.build` imports each
client where it is built, and a deployed function must not contain the modules of other clients.
"""

import ast
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path

PACKAGE = "csvgate"
OPS = "csvgate_ops"
_ALL = "*"
_ALWAYS = ""


def reachable(source: Path, shared: Path, ops: Path | None = None) -> list[Path]:
    """Return the files under `shared`, and under `ops` if it is given, that the Python files under
    `source` import, directly or indirectly, with the packages around them. Imports anywhere in a
    file count, except those for type checkers and those in functions that nobody imports or
    names."""
    roots = {PACKAGE: shared} if ops is None else {PACKAGE: shared, OPS: ops}
    files = cache(lambda name: tuple(_files(name, roots)))
    used: set[tuple[Path, str]] = set()
    waiting = [(file, _ALL) for file in source.rglob("*.py")]
    while waiting:
        file, attribute = waiting.pop()
        for part in {(file, _ALWAYS), (file, attribute)} - used:
            used.add(part)
            for name in _imports(file.read_bytes()).get(part[1], ()):
                waiting += files(name)
    return sorted({f for f, _ in used if any(f.is_relative_to(root) for root in roots.values())})


@lru_cache(maxsize=1024)
def _imports(code: bytes) -> Mapping[str, tuple[str, ...]]:
    """Return the names that a file imports whatever is used of it (_ALWAYS), those that each
    function imports which nothing else in the file calls (by its name), and those of all of these
    functions (_ALL)."""
    tree = ast.parse(code)
    functions = _only_for_importers(tree)
    found: dict[str, tuple[str, ...]] = {_ALWAYS: tuple(_executed(tree, functions)), _ALL: ()}
    for function in functions:
        names = tuple(_executed(function, frozenset()))
        found[function.name] = found.get(function.name, ()) + names
        found[_ALL] += names
    return found


def _only_for_importers(tree: ast.Module) -> frozenset[ast.FunctionDef]:
    """Return the functions of a file that are only called if another file imports them."""
    named = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return frozenset(
        node
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and node.name not in named
        and not node.decorator_list  # a decorator may register it
        and not node.name.startswith("__")  # Python itself calls `__getattr__`
    )


def _executed(node: ast.AST, skipped: frozenset[ast.AST]) -> Iterator[str]:
    """Yield the names that a part of a file imports, except in the nodes `skipped`."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        # The imported name may be a module itself.
        yield from (f"{node.module}.{alias.name}" for alias in node.names)
    if isinstance(node, ast.If) and _for_types(node):
        skipped = skipped.union(node.body)
    for child in ast.iter_child_nodes(node):
        if child not in skipped:
            yield from _executed(child, skipped)


def _for_types(node: ast.If) -> bool:
    return isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def _files(name: str, roots: Mapping[str, Path]) -> Iterator[tuple[Path, str]]:
    """Yield the files of the module and the packages in a name such as
    `csvgate.validation.rules.check`, each with what the name uses of it: an attribute or all."""
    parts = name.split(".")
    root = roots.get(parts[0])
    if root is None:
        return
    for length in range(1, len(parts) + 1):
        path = root.joinpath(*parts[:length])
        if (package := path / "__init__.py").is_file():
            yield package, _ALL
        if (module := path.with_suffix(".py")).is_file():
            yield module, parts[length] if length < len(parts) else _ALL
