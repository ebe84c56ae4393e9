"""Distinct cells are learned where that is cheaper, which samples show as the file goes on."""

from collections.abc import Iterable
from typing import Any

import pytest

pytest.importorskip("pyarrow")

import pyarrow as pa

from csvgate.csv.work import counted
from csvgate.validation.fast.kernels.column import Column
from csvgate.validation.fast.kernels.learning import adaptive
from unit.validation.fast.columns import kernel_of, slices

ROWS = 8_000
EMAIL = {"type": "string", "format": "email"}
NUMBERED = {"type": "string", "bigquery": "JSON"}
"""A field without a kernel."""
MOMENT = {"type": "datetime", "bigquery": "TIMESTAMP"}
FEW = [b"\xc3\xa9%d@b.example" % (n % 40) for n in range(ROWS)]


def distinct(start: int = 0) -> list[bytes]:
    return [b"a%d@b.example" % n for n in range(start, start + ROWS)]


class Counted:
    """The rules' reader, which counts how many cells it reads."""

    def __init__(self, reader: Any) -> None:
        self._reader = reader
        self.count = 0

    def __getitem__(self, text: str) -> object:
        self.count += 1
        return self._reader[text]


def readings(kernel: Any, blocks: Iterable[list[bytes]]) -> list[int]:
    """Return the number of cells that are read one by one in each block."""
    found = []
    for block in blocks:
        reader = Counted(kernel.fallback._reader)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(kernel.fallback, "_reader", reader)
            patch.setattr(kernel._distinct, "_cells", reader)
            with counted() as work:
                assert kernel.clear(slices(block)).cleared is None
        # Known cells that are looked up one by one count as judged too.
        assert reader.count <= work.judged <= reader.count + 100
        found.append(reader.count)
    return found


def learns(column: Column) -> bool:
    return bool(pa.types.is_dictionary(column.values.type))


def test_few_texts_are_read_once() -> None:
    assert readings(kernel_of(EMAIL), [FEW] * 3) == [40, 0, 0]


def test_many_texts_are_not_learned() -> None:
    assert readings(kernel_of(EMAIL), [distinct(n * ROWS) for n in range(9)]) == [0] * 9


def test_without_a_kernel_many_texts_are_read_once_for_each_cell() -> None:
    blocks = [[b"%d" % (n + ROWS * at) for n in range(ROWS)] for at in range(3)]
    assert readings(kernel_of(NUMBERED), blocks) == [ROWS] * 3


def test_without_a_kernel_texts_that_repeat_are_learned() -> None:
    blocks = [[b"%d" % (n * n % 3001) for n in range(ROWS)]] * 20
    found = readings(kernel_of(NUMBERED), blocks)
    assert found[0] == 1501
    assert not any(found[1:])


def test_texts_that_repeat_later_are_learned_later() -> None:
    kernel = kernel_of(EMAIL)
    for number in range(20):
        assert not learns(kernel.clear(slices(distinct(ROWS * number))))
    found = [learns(kernel.clear(slices(FEW))) for _ in range(adaptive._MAX_PAUSE)]
    assert found[-1]


@pytest.mark.parametrize("before", [1, 100])
def test_texts_that_repeat_at_first_only_cost_a_few_readings(before: int) -> None:
    """What was saved by learning does not pay for what it costs later."""
    kernel = kernel_of(EMAIL)
    readings(kernel, [FEW] * before)
    found = readings(kernel, [distinct(ROWS * n) for n in range(100)])
    assert sum(found) <= adaptive._FIRST_TEXTS + ROWS / 8
    assert not any(found[1:])


def test_a_column_that_is_sorted_is_not_taken_for_one_that_repeats() -> None:
    """Its first cells are equal, and those at equal distances are not."""
    block = [b"a@b.example"] * 4_000 + distinct()
    assert readings(kernel_of(EMAIL), [block]) == [0]


def test_runs_of_equal_texts_are_learned() -> None:
    block = [b"\xc3\xa9%d@b.example" % (n // 100) for n in range(ROWS)]
    assert readings(kernel_of(EMAIL), [block] * 2) == [ROWS / 100, 0]


def test_numbers_are_never_learned_while_their_kernel_clears_them() -> None:
    kernel: Any = kernel_of(MOMENT)
    kernel._distinct = None
    for _ in range(20):
        assert kernel.clear(slices([b"2026-11-21T14:30:00Z"] * ROWS)).cleared is None


def test_few_texts_that_a_kernel_does_not_clear_are_learned() -> None:
    odd = [b"2026-11-21T14:30:%02d.1000000Z" % (n % 60) for n in range(ROWS)]
    found = readings(kernel_of(MOMENT), [odd] * 5)
    assert found == [ROWS, 60, 0, 0, 0]


def test_the_kernel_gets_another_chance() -> None:
    """The kernel is asked again after some blocks that taught many new texts."""
    kernel = kernel_of(EMAIL)
    half_new = [[b'"%d"@b.example' % (n // 2 + at * ROWS) for n in range(ROWS)] for at in range(60)]
    found = readings(kernel, half_new)
    assert found[0] == ROWS
    assert found.count(ROWS // 2) > found.count(ROWS) > 2
    assert sum(readings(kernel, [distinct(n * ROWS) for n in range(20)])) < ROWS
