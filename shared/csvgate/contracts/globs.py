"""Patterns for object names: `*` within a folder, `**` across folders, `?` for one character.

Matching is case-sensitive. `**/` also stands for no folder at all, so `orders/**/*.csv` matches
`orders/x.csv`. No other character is special.

A pattern is a nondeterministic automaton whose set of states is one integer, with a bit per state.
So a name costs one step per character, whatever its characters and the pattern are: nothing is
tried twice.
"""

import re
from functools import cache
from typing import Final

LONGEST_NAME: Final = 1024
"""The most bytes in the name of an object
(https://cloud.google.com/storage/docs/objects#naming)."""
_TOKEN: Final = re.compile(r"\*\*/|\*\*|\*|\?|[^*?]")
_WILDCARD: Final = re.compile(r"\*\*/|[*?]")


@cache
def compile_glob(pattern: str) -> "Glob":
    """Return the pattern in a form that matches names."""
    return Glob(pattern)


class Glob:
    """The automaton of a pattern. State 0 is the start, state `size` accepts; state i is left
    through the i-th token to state i + 1. `**/` has two states: the first may skip both, the second
    consumes folders and is left through a slash.

    A mask has the bits of the states for which something holds.
    """

    def __init__(self, pattern: str) -> None:
        fixed = _WILDCARD.split(pattern)
        self.prefix: Final = fixed[0]
        """The text with which every name begins."""
        self.suffix: Final = fixed[-1]
        """The text with which every name ends."""
        self.labels: Final = list[str]()
        """What each state consumes on the way to the next; empty for states that consume nothing on
        it. `?` stands for any character but a slash."""
        self.literal: Final = dict[str, int]()
        """For each character the states that are left through it."""
        self.question = self.loop_in_folder = self.loop_anywhere = 0
        """The states that are left through any character but a slash; those that consume characters
        and stay, up to a slash or beyond."""
        self.skips = self.in_folders = 0
        """The states that are left through nothing; the second states of `**/`, which are reached
        through the first and are then left through nothing too."""
        for token in _TOKEN.findall(pattern):
            self._add(token)
        self.size: Final = len(self.labels)

    def _add(self, token: str) -> None:
        bit = 1 << len(self.labels)
        match token:
            case "*":
                self.labels.append("")
                self.skips |= bit
                self.loop_in_folder |= bit
            case "**":
                self.labels.append("")
                self.skips |= bit
                self.loop_anywhere |= bit
            case "**/":
                self.labels.extend(("", "/"))
                self.skips |= bit | bit << 1
                self.in_folders |= bit << 1
                self.loop_anywhere |= bit << 1
                self.literal["/"] = self.literal.get("/", 0) | bit << 1
            case "?":
                self.labels.append("?")
                self.question |= bit
            case _:
                self.labels.append(token)
                self.literal[token] = self.literal.get(token, 0) | bit

    def matches(self, name: str) -> bool:
        """Return whether the pattern matches the whole name."""
        if not (name.startswith(self.prefix) and name.endswith(self.suffix)):
            return False
        states = self.spread(1, self.skips)
        for character in name:
            states = self.consume(states, character)
            if not states:
                return False
        return bool(states >> self.size)

    def consume(self, states: int, character: str) -> int:
        """Return the states after one more character."""
        left, kept = self.literal.get(character, 0), self.loop_anywhere
        if character != "/":
            left |= self.question
            kept |= self.loop_in_folder
        return self.spread((states & left) << 1 | states & kept, self.skips)

    def spread(self, states: int, passable: int) -> int:
        """Return the states and all that follow them through states that are `passable`.

        Adding a bit to a run of ones carries through all of the run in one operation.
        """
        # The second state of `**/` may be passed only by those who come through the first.
        begin = states & passable & ~self.in_folders
        return states | (begin + passable) ^ passable
