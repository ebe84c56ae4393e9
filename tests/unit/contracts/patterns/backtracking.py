"""A backtracking matcher like `re` that counts its steps."""

import importlib
from collections.abc import Iterator
from typing import Any

_parser = importlib.import_module("re._parser")


class TooManySteps(Exception):
    pass


class Matcher:
    def __init__(self, pattern: str, text: str, most: int) -> None:
        self.steps, self._most, self._text = 0, most, text
        self._tree = list(_parser.parse(pattern))

    def fullmatch(self) -> bool:
        """Raises TooManySteps beyond `most`."""
        return any(end == len(self._text) for end in self._sequence(self._tree, 0))

    def _count(self) -> None:
        self.steps += 1
        if self.steps > self._most:
            raise TooManySteps

    def _sequence(self, nodes: list[Any], at: int) -> Iterator[int]:
        self._count()
        if not nodes:
            yield at
            return
        for then in self._element(nodes[0][0], nodes[0][1], at):
            yield from self._sequence(nodes[1:], then)

    def _element(self, operation: Any, argument: Any, at: int) -> Iterator[int]:
        match str(operation):
            case "LITERAL":
                if self._text[at : at + 1] == chr(argument):
                    yield at + 1
            case "IN":
                if any(self._text[at : at + 1] == chr(value) for _, value in argument):
                    yield at + 1
            case "ANY":
                if at < len(self._text):
                    yield at + 1
            case "BRANCH":
                for nodes in argument[1]:
                    yield from self._sequence(list(nodes), at)
            case "SUBPATTERN":
                yield from self._sequence(list(argument[3]), at)
            case "MAX_REPEAT":
                least, most, nodes = argument
                yield from self._repeat(least, int(most), list(nodes), at)
            case _:
                raise AssertionError(f"the test makes no {operation}")

    def _repeat(self, least: int, most: int, nodes: list[Any], at: int) -> Iterator[int]:
        self._count()
        if most > 0:
            for then in self._sequence(nodes, at):
                if then > at or least > 0:
                    yield from self._repeat(max(least - 1, 0), most - 1, nodes, then)
        if least == 0:
            yield at
