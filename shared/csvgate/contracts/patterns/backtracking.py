"""Bounds the backtracking of a pattern: its characters are positions, and there is a choice
wherever more than one position can follow for the same character.

This is Glushkov's position automaton. A repetition of up to a few hundred positions is expanded;
any other is treated as a loop, which can only overestimate the backtracking.
"""

import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import log2
from typing import Any, Final

from csvgate.contracts.patterns.char_sets import ANYTHING, NOTHING, CharSet, category, span

# Undocumented, but present since Python 3.11, and the only parser that agrees with `re` exactly.
_parser: Final = importlib.import_module("re._parser")
_MOST_WRITTEN_OUT: Final = 256
_MOST_POSITIONS: Final = 4_000
_SHORT: Final = 256
"""The most characters that a lookahead may have to cost the same at every position."""
_CHOICE: Final = log2(2)


class TooManyWaysError(ValueError):
    """The message explains to the pattern's author why it is refused."""


@dataclass(slots=True)
class Part:
    """A part of the pattern: the positions where it can begin and end. A position is repeated if
    there are several ways to reach it."""

    nullable: bool = True
    first: list[int] = field(default_factory=list)
    last: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Automaton:
    """The automaton. `sets`, `loops` and `follow` are indexed by position; position 0 is the start
    of the text."""

    flags: int
    sets: list[CharSet] = field(default_factory=lambda: [NOTHING])
    loops: list[frozenset[int]] = field(default_factory=lambda: [frozenset[int]()])
    follow: list[list[int]] = field(default_factory=lambda: [[]])
    choices: float = 0.0
    """The base-2 logarithm of the number of ways outside loops."""
    looks: int = 0
    """The degree that unbounded lookaheads add."""
    loop_count: int = 0

    def part(self, nodes: Any, loops: frozenset[int]) -> Part:
        """Adds a sequence of elements."""
        whole = Part()
        for operation, argument in nodes:
            self._join(whole, self._element(str(operation), argument, loops))
        return whole

    def _join(self, whole: Part, part: Part) -> None:
        for last in whole.last:
            self.follow[last] += part.first
        if whole.nullable:
            whole.first += part.first
        whole.last = part.last + (whole.last if part.nullable else [])
        whole.nullable &= part.nullable

    def _element(self, operation: str, argument: Any, loops: frozenset[int]) -> Part:
        match operation:
            case "LITERAL" | "NOT_LITERAL" | "IN" | "ANY" | "RANGE" | "CATEGORY":
                return self._position(self._set(operation, argument), loops)
            case "BRANCH":
                return self._branch([self.part(nodes, loops) for nodes in argument[1]], loops)
            case "SUBPATTERN":
                return self.part(argument[3], loops)
            case "ATOMIC_GROUP":
                return self.part(argument, loops)
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                least, most, nodes = argument
                return self._repeat(least, most, nodes, loops)
            case "ASSERT" | "ASSERT_NOT":
                self._look(argument[1], loops)
                return Part()
            case "AT":
                return Part()
        raise TooManyWaysError(
            "refers to an earlier group, which can make matching take forever; spell it out"
        )

    def _position(self, chars: CharSet, loops: frozenset[int]) -> Part:
        number = len(self.sets)
        if number > _MOST_POSITIONS:
            raise TooManyWaysError(f"has more than {_MOST_POSITIONS:,} characters; shorten it")
        self.sets.append(chars)
        self.loops.append(loops)
        self.follow.append([])
        return Part(nullable=False, first=[number], last=[number])

    def _set(self, operation: str, argument: Any) -> CharSet:
        found = self._plain_set(operation, argument)
        return found.of_any_case() if self.flags & re.IGNORECASE else found

    def _plain_set(self, operation: str, argument: Any) -> CharSet:
        match operation:
            case "LITERAL":
                return span(argument, argument)
            case "NOT_LITERAL":
                return ~span(argument, argument)
            case "RANGE":
                return span(*argument)
            case "CATEGORY":
                return category(str(argument), ascii_only=bool(self.flags & re.ASCII))
            case "IN":
                negated = str(argument[0][0]) == "NEGATE"
                found = NOTHING
                for inner, value in argument[1:] if negated else argument:
                    found |= self._plain_set(str(inner), value)
                return ~found if negated else found
        return ANYTHING

    def _branch(self, parts: list[Part], loops: frozenset[int]) -> Part:
        whole = Part(nullable=False)
        for part in parts:
            whole.first += part.first
            whole.last += part.last
            whole.nullable |= part.nullable
        self._several_empty(sum(part.nullable for part in parts), loops)
        return whole

    def _several_empty(self, ways: int, loops: frozenset[int]) -> None:
        """Counts alternatives that can all match the empty text."""
        if ways < 2:
            return
        if loops:
            raise TooManyWaysError("repeats a part that can match nothing in several ways")
        self.choices += log2(ways)

    def _repeat(self, least: int, most: int, nodes: Any, loops: frozenset[int]) -> Part:
        begin = len(self.sets)
        if most <= 1:
            part = self.part(nodes, loops) if most else Part()
            if least == 0:
                self._several_empty(1 + part.nullable, loops)
                part.nullable = True
            return part
        whole = Part()
        copies = 0
        while copies < least and (len(self.sets) - begin) < _MOST_WRITTEN_OUT:
            self._join(whole, self.part(nodes, loops))
            copies += 1
        if copies == most:
            return whole
        if most - copies == 1:
            rest = self._repeat(least - copies, 1, nodes, loops)
        else:
            rest = self._loop(nodes, loops)
            rest.nullable |= copies >= least
        self._join(whole, rest)
        return whole

    def _loop(self, nodes: Any, loops: frozenset[int]) -> Part:
        self.loop_count += 1
        part = self.part(nodes, loops | {self.loop_count})
        if part.nullable:
            raise TooManyWaysError("repeats a part that can match nothing; make it match something")
        for last in part.last:
            self.follow[last] += part.first
        return part

    def _look(self, nodes: Any, loops: frozenset[int]) -> None:
        inner = Automaton(self.flags)
        degree = inner.degree(nodes)
        self.choices += inner.choices
        if nodes.getwidth()[1] <= _SHORT:
            return
        if loops:
            raise TooManyWaysError("repeats a part that looks ahead or behind without bound")
        # After a loop it is evaluated at every position where the loop can end.
        self.looks = max(self.looks, degree + bool(self.loop_count))

    def degree(self, nodes: Any) -> int:
        """Return the degree of the polynomial in the length of the text that bounds the number of
        ways.

        Raises TooManyWaysError if no polynomial does."""
        whole = self.part(nodes, frozenset())
        self.follow[0] += whole.first
        ambiguous = set[int]()
        for position, after in enumerate(self.follow):
            several = set[int]()
            for one, other in _pairs(after):
                if one == other or self.sets[one].meets(self.sets[other]):
                    if self.loops[position] & self.loops[one] & self.loops[other]:
                        raise TooManyWaysError(
                            "repeats a part that can match the same text in several ways"
                        )
                    several |= {one, other}
            if several:
                self.choices += max(_CHOICE, log2(len(several)))
                # A loop is left once, at any position; of nested loops the outermost counts.
                ambiguous |= {min(self.loops[position])} if self.loops[position] else set()
        return len(ambiguous) + self.looks


def _pairs(after: list[int]) -> Iterator[tuple[int, int]]:
    for index, one in enumerate(after):
        for other in after[index + 1 :]:
            yield one, other
