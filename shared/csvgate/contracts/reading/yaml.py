"""Reads YAML 1.2 into dicts, lists and scalars, and records the line of each of them.

Scalars follow the core schema of YAML 1.2.2 (section 10.3.2) and nothing else, so `NO`, `on` and
`2026-11-21` are strings. ruamel.yaml would also accept dates, `1_000` and merge keys.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from csvgate.contracts.reading.mistakes import Path

Data = None | bool | int | float | str | list["Data"] | dict[str, "Data"]

_TAG: Final = "tag:yaml.org,2002:"
_WORDS: Final[Mapping[str, bool | None]] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True,
    "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_DECIMAL: Final = re.compile(r"[-+]?[0-9]+")
_BASED: Final = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE: Final = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")


@dataclass(slots=True)
class Document:
    """A YAML document. `data` is None if the text cannot be read at all; `wrong` then says why."""

    data: Data = None
    lines: dict[Path, int] = field(default_factory=dict)
    wrong: list[tuple[Path, int | None, str]] = field(default_factory=list)

    def line(self, path: Path) -> int | None:
        """Return the line of a path. A missing property has the line of its parent."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path)


def read_yaml(data: bytes, kind: str = "a contract") -> Document:
    """Never raises; mistakes are in the document's `wrong`. An empty document should have been of
    this kind."""
    document = Document()
    try:
        root = YAML(typ="safe", pure=True).compose(data.decode("utf-8-sig"))
        if root is not None:
            document.data = _Builder(document).build(root, ())
        if document.data is None and not document.wrong:
            document.wrong.append(((), 1, f"is empty; write {kind}"))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        document.wrong.append(((), line, "is not UTF-8; save it as UTF-8"))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reason = " ".join(filter(None, [error.context, error.problem]))
        document.wrong.append(((), mark.line + 1 if mark else None, f"is not YAML: {reason}"))
    except (YAMLError, ValueError, RecursionError) as error:
        document.wrong.append(((), None, f"is not YAML: {' '.join(str(error).split())}"))
    return document


class _Builder:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.open: set[int] = set()

    def build(self, node: Node, path: Path) -> Data:
        self.document.lines.setdefault(path, node.start_mark.line + 1)
        if id(node) in self.open:
            self._wrong(node, path, "contains itself through an alias; write it out")
            return None
        self.open.add(id(node))
        try:
            if isinstance(node, MappingNode):
                return self._mapping(node, path)
            if isinstance(node, SequenceNode):
                if node.tag != f"{_TAG}seq":
                    self._wrong(
                        node, path, f"has the tag {node.tag}; tags are not supported, drop it"
                    )
                return [self.build(item, (*path, i)) for i, item in enumerate(node.value)]
            if isinstance(node, ScalarNode):
                return self._scalar(node, path)
            return None
        finally:
            self.open.discard(id(node))

    def _mapping(self, node: MappingNode, path: Path) -> Data:
        if node.tag != f"{_TAG}map":
            self._wrong(node, path, f"has the tag {node.tag}; tags are not supported, drop it")
        result: dict[str, Data] = {}
        first: dict[str, int] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, ScalarNode):
                self._wrong(key_node, path, "has a key that is not a word")
                continue
            key, line = str(key_node.value), key_node.start_mark.line + 1
            if key in first:
                where = (*path, key)
                message = f"is there twice, first in line {first[key]}; keep one"
                self.document.wrong.append((where, line, message))
                continue
            first[key] = self.document.lines[(*path, key)] = line
            result[key] = self.build(value_node, (*path, key))
        return result

    def _scalar(self, node: ScalarNode, path: Path) -> Data:
        text = str(node.value)
        if node.tag == f"{_TAG}str" or node.style is not None:
            return text
        if not str(node.tag).startswith(_TAG):
            self._wrong(node, path, f"has the tag {node.tag}; tags are not supported, drop it")
            return None
        if text in _WORDS:
            return _WORDS[text]
        if _DECIMAL.fullmatch(text):
            return int(text)
        if _BASED.fullmatch(text):
            return int(text, 0)
        if _FLOAT.fullmatch(text):
            return self._finite(node, path, float(text))
        if _NOT_FINITE.fullmatch(text):
            return self._finite(node, path, math.inf)
        return text

    def _finite(self, node: Node, path: Path, number: float) -> Data:
        if math.isinf(number):
            self._wrong(node, path, f"{node.value} is not a finite number; write a finite one")
            return None
        return number

    def _wrong(self, node: Node, path: Path, message: str) -> None:
        self.document.wrong.append((path, node.start_mark.line + 1, message))
