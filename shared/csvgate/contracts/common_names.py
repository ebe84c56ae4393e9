"""Finds a name that two patterns for object names both match.

For each state of one pattern, the states of the other that the same name can reach are one integer.
So a pair of patterns costs one step per character of the first and, if there is a common name, one
per character of both for an example.
"""

from collections.abc import Iterator

from csvgate.contracts.globs import Glob, compile_glob


def common_name(one: str, other: str) -> str | None:
    """Return a name that both patterns match, or None if no name does."""
    a, b = compile_glob(one), compile_glob(other)
    if not (_agree(a.prefix, b.prefix) and _agree(a.suffix[::-1], b.suffix[::-1])):
        return None
    reached = _reached(a, b)
    return _example(a, b, reached) or "x" if reached[a.size] >> b.size else None


def _agree(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


def _reached(a: Glob, b: Glob) -> list[int]:
    """Return, for each state of `a`, a mask of the states of `b` that some name reaches together
    with it."""
    reached = [0] * (a.size + 2)
    reached[0] = b.spread(1, b.skips)
    everything = (1 << b.size + 1) - 1
    slashes = b.literal.get("/", 0)
    for state, label in enumerate(a.labels):
        rows, bit = reached[state], 1 << state
        if a.loop_anywhere & bit:
            # Some character leads from each state of `b` to the next.
            rows = everything & -(rows & -rows)
        elif a.loop_in_folder & bit:
            rows = b.spread(rows, everything >> 1 & ~(slashes & ~b.in_folders))
        reached[state] = rows
        if a.skips & bit and not a.in_folders & bit:
            reached[state + 1] |= rows
            if a.in_folders & bit << 1:
                reached[state + 2] |= rows
        if label == "?":
            left = (everything >> 1) & ~b.skips & ~slashes
            kept = b.loop_in_folder | b.loop_anywhere
            reached[state + 1] |= b.spread((rows & left) << 1 | rows & kept, b.skips)
        elif label:
            reached[state + 1] |= b.consume(rows, label)
    return reached


def _example(a: Glob, b: Glob, reached: list[int]) -> str:
    """Return a name that leads both patterns to their end: follow it backwards through states that
    are reached together. Each move gets closer to the start, so there is at most one per state."""
    i, j, name = a.size, b.size, list[str]()
    while i or j:
        i, j, letter = next(
            (p, q, letter)
            for p, q, letter in _moves_before(a, b, i, j)
            if p >= 0 and q >= 0 and reached[p] >> q & 1
        )
        name.append(letter)
    return "".join(reversed(name))


def _moves_before(a: Glob, b: Glob, i: int, j: int) -> Iterator[tuple[int, int, str]]:
    """Yield the pairs of states from which one move leads to (i, j), with the character that the
    move consumes. Moves that consume nothing come first, so that the name is short."""
    yield from ((p, j, "") for p in _skipping_to(a, i))
    yield from ((i, q, "") for q in _skipping_to(b, j))
    for p, label in _consuming_to(a, i):
        for q, other in _consuming_to(b, j):
            if (p, q) != (i, j) and (letter := _both(label, other)):
                yield p, q, letter


def _skipping_to(glob: Glob, state: int) -> Iterator[int]:
    for back in (1, 2):
        before = state - back
        if before < 0:
            return
        in_folders = glob.in_folders >> before
        if back == 1 and glob.skips >> before & 1 and not in_folders & 1:
            yield before
        if back == 2 and in_folders >> 1 & 1:
            yield before


def _consuming_to(glob: Glob, state: int) -> Iterator[tuple[int, str]]:
    """Yield the states from which one character leads to `state`, with what they consume: a
    character, `?` for all but a slash, `**` for any."""
    if state and glob.labels[state - 1]:
        yield state - 1, glob.labels[state - 1]
    if glob.loop_in_folder >> state & 1:
        yield state, "?"
    if glob.loop_anywhere >> state & 1:
        yield state, "**"


def _both(one: str, other: str) -> str:
    """Return a character that both moves consume; empty if there is none."""
    if one == other:
        return one if len(one) == 1 and one != "?" else "x"
    if "**" in (one, other):
        one = other if one == "**" else one
        return "x" if one == "?" else one
    if "?" in (one, other):
        letter = other if one == "?" else one
        return "" if letter == "/" else letter
    return ""
