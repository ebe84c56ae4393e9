"""Finds places where the words of a caught exception may enter a message."""

import ast
from collections.abc import Iterator
from typing import Final

OURS: Final = frozenset(
    {
        "BrokenConnection",
        "CellFault",
        "EngineCrashed",
        "EngineTooSlow",
        "Failure",
        "FileFault",
        "MemberError",  # it has no words
        "Permanent",
        "RefusedExpression",
        "SqlError",  # row_error and binding_error have cut it
        "StreamCommitted",
        "StreamGone",
        "StreamShort",
        "Transient",
        "UnclearState",
        "WrongCell",
        "WrongChunk",
        "WrongJson",
        "WrongPoint",
        "WrongReference",
    }
)
"""Exceptions of csvgate, whose messages do not repeat the file."""
CUTTING: Final = frozenset(
    {
        "_without_causes",
        "append_error_result",
        "binding_error",  # about an expression of a contract, before there are rows
        "classify",
        "commit_errors",
        "isinstance",
        "library_words",
        "raise_state",
        "row_error",
        "status",
        "translate",
        "_after_refusal",
        "_check_bucket",
        "_answered",
        "_failed",
        "_is_about_memory",
        "_reason_of",
        "_zstd_fault",
        "type",
    }
)
"""Functions that cut an exception's words, or do not look at them."""
ABOUT_CONTRACTS: Final = frozenset({"RefusedExpression"})
"""Exceptions that quote expressions of contracts, which hold no rows."""
HARMLESS: Final = frozenset(
    {"__cause__", "code", "error_count", "fault", "faults", "headers", "start", "status_code"}
)
"""Attributes of exceptions that hold no words."""


def leaks(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield line and source of each use of a caught exception that is not known to be harmless."""
    for handler in ast.walk(tree):
        if isinstance(handler, ast.ExceptHandler) and handler.name and not _is_ours(handler.type):
            uses = _Uses(handler.name)
            for statement in handler.body:
                uses.visit(statement)
            yield from uses.found


def _is_ours(kind: ast.expr | None) -> bool:
    kinds = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    names = (ast.unparse(each).rpartition(".")[2] for each in kinds if each is not None)
    return all(name in OURS for name in names)


class _Uses(ast.NodeVisitor):
    def __init__(self, name: str) -> None:
        self.name = name
        self.found: list[tuple[int, str]] = []

    def visit_Name(self, node: ast.Name) -> None:
        if node.id == self.name:
            self.found.append((node.lineno, node.id))

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if not (self._is_it(node.value) and node.attr in HARMLESS):
            self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        called = ast.unparse(node.func).rpartition(".")[2]
        if called in ABOUT_CONTRACTS:
            return
        if called not in CUTTING:
            self.generic_visit(node)
            return
        for argument in [*node.args, *(keyword.value for keyword in node.keywords)]:
            inner = argument.value if isinstance(argument, ast.Attribute) else argument
            if not self._is_it(inner):
                self.visit(argument)

    def visit_Assign(self, node: ast.Assign) -> None:
        kept = all(isinstance(target, ast.Attribute) for target in node.targets)
        if not (kept and self._is_it(node.value)):  # kept to be raised later
            self.generic_visit(node)

    def visit_Raise(self, node: ast.Raise) -> None:
        for part in (node.exc, node.cause):
            if part is not None and not self._is_it(part):
                self.visit(part)

    def visit_Compare(self, node: ast.Compare) -> None:
        if not all(isinstance(op, ast.Is | ast.IsNot) for op in node.ops):
            self.generic_visit(node)

    def _is_it(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Name) and node.id == self.name
