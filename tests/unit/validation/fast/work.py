"""Measures the work that a file takes, and states how much it may be."""

import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from csvgate.contracts.model import Contract
from csvgate.csv.compression import decompress
from csvgate.csv.work import Work, counted
from csvgate.validation.faults import FileFault
from csvgate.validation.validate import validate
from unit.validation.fast.shapes import Shape

SCANS = 24
"""Times that a byte may be passed: about 3 in an ordinary row, and more if its row is left over
from one block to the next, leaves the vectorised path, or is faulty."""
FRAMES = 8
"""Times that a line may be read on its own. A record that is open at the end of a block is read
again with the next one, which is at least as long."""
JUDGEMENTS = 5
"""Times that a cell may be judged: once in the distinct cells of its column, once to find its
faults, once more when they are collected, and once again if its key was found to be repeated."""
FIXED = 4_000
"""Bytes that may be passed whatever the size of the file."""


def work_of(
    pieces: Iterable[bytes], rules: Contract, *, packed: bool = False, **sizes: Any
) -> Work:
    """Validate a file to its end, or to the fault that ends it."""
    with counted() as found:
        try:
            for _ in validate(decompress(pieces) if packed else pieces, rules, **sizes):
                pass
        except FileFault:
            pass
    return found


def check_shape(shape: Shape) -> Work:
    """Assert that the work of a file is in proportion to it, and return it."""
    found = work_of(shape.pieces, shape.rules, packed=True, **shape.sizes)
    # Latin-1 and UTF-16 may have three bytes in UTF-8 for two or one of their own.
    text = len(shape.data) if shape.rules.encoding == "utf-8" else 3 * len(shape.data)
    lines = len(re.findall(rb"[\r\n]", shape.data)) + 1
    assert_linear(found, len(shape.stored) + text, lines, 3 * lines)
    return found


def assert_linear(found: Work, size: int, lines: int, cells: int) -> None:
    """Compare the work with the file: its bytes, physical lines, and cells of the contract that
    its lines could have."""
    assert found.scanned <= SCANS * size + FIXED, (found.scanned, size)
    assert found.framed <= FRAMES * lines + 10, (found.framed, lines)
    assert found.judged <= JUDGEMENTS * cells + 100, (found.judged, cells)


@contextmanager
def counted_calls() -> Iterator[list[int]]:
    """Yield a list whose only entry is, after the `with` block, the number of calls of functions
    in it, both those written in Python and those in C."""
    found = [0]

    def profile(_frame: FrameType, event: str, _: object) -> None:
        if event in ("call", "c_call"):
            found[0] += 1

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        yield found
    finally:
        sys.setprofile(before)
