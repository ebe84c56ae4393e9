"""Writes an orders file of any size to standard output: `python -m bench.feed BYTES TRUTH`.

The file is never stored. The list of its faults goes to the file TRUTH. The same rows are repeated
with new order numbers, so that making them takes less time than validating them. The numbers are
shuffled over the whole file, as in an export that is not sorted by them, and each occurs once.
"""

import json
import re
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import Final

import numpy as np

from bench.permutation import permuted
from bench.shapes.registry import BY_NAME
from bench.shapes.shape import header, located
from bench.truth import Wrong

_ROWS: Final = 200_000
_FIRST: Final = 10_000_000
_PARTS: Final = (9_000, 10_000)
"""There are 90,000,000 numbers from ORD-10000000 to ORD-99999999, which the contract's pattern
allows: this many left and right parts for the permutation."""
_NUMBER: Final = re.compile(rb"^ORD-?([0-9]{8})", re.MULTILINE)
_DIGITS: Final = 8
_SHAPE: Final = BY_NAME["sample"]


class Rows:
    """The rows that are repeated, and their faults."""

    def __init__(self, count: int) -> None:
        made = list(located(_SHAPE.records(count)))
        text = "".join(record for record, _ in made).encode("utf-8", "surrogateescape")
        self._count: Final = count
        self._lines: Final = text.count(b"\n")
        self._wrong: Final = [wrong for _, faults in made for wrong in faults]
        self._text: Final = np.frombuffer(text, np.uint8).copy()
        found = list(_NUMBER.finditer(text))
        self._places: Final = np.array([each.start(1) for each in found])
        self._numbers: Final = np.array([int(each[1]) for each in found], np.uint64)

    def repetition(self, times: int) -> tuple[bytes, list[Wrong]]:
        """The rows and their faults after this many repetitions. A row that repeats an earlier one
        has the same new number as that one."""
        numbers = self._numbers - np.uint64(_FIRST) + np.uint64(times * self._count)
        rest = permuted(numbers, *_PARTS) + np.uint64(_FIRST)
        for digit in reversed(range(_DIGITS)):
            rest, last = np.divmod(rest, np.uint64(10))
            self._text[self._places + digit] = np.uint64(ord("0")) + last
        lines, rows = times * self._lines, times * self._count
        wrong = [replace(w, line=w.line + lines, record=w.record + rows) for w in self._wrong]
        return self._text.tobytes(), wrong


def main(size: int, truth: Path) -> None:
    out, written, rows = sys.stdout.buffer, 0, Rows(_ROWS)
    written += out.write((header(_SHAPE.contract()) + "\n").encode())
    with truth.open("w", encoding="utf-8") as notes:
        for times in range(_PARTS[0] * _PARTS[1] // _ROWS):
            if written >= size:
                break
            data, wrong = rows.repetition(times)
            written += out.write(data)
            notes.writelines(json.dumps(asdict(each)) + "\n" for each in wrong)


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
