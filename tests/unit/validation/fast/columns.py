"""A column of cells, cleared by the kernel that a field of a contract gets."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from csvgate.unique.keyed_hash import KeyedHash
from csvgate.validation.cells import Cells
from csvgate.validation.fast.blocks import SPARE, Block
from csvgate.validation.fast.cell_slices import Slices
from csvgate.validation.fast.kernels.choose import kernels_of
from csvgate.validation.fast.kernels.column import Kernel, as_column_type
from csvgate.validation.fast.kernels.learning.adaptive import AdaptiveKernel
from csvgate.validation.fast.kernels.trimming import TrimmingKernel
from unit.validation.files import contract


class Found(NamedTuple):
    cleared: list[bool]
    values: list[Any]


def slices(cells: Sequence[bytes]) -> Slices:
    """Return these cells, which follow each other in a block."""
    block = Block.of([cell + b"," for cell in cells], last=True)
    ends = SPARE + np.cumsum([len(cell) + 1 for cell in cells], dtype=np.int32) - 1
    starts = ends - np.array([len(cell) for cell in cells], np.int32)
    return Slices(block, starts, ends, np.empty(0, np.int64), '"', block.has_zeros)


def cleared(cells: Sequence[bytes], **field: Any) -> Found:
    """Return what the kernel of a field clears, which may read distinct cells with the rules."""
    return found_by(_whole_kernel_of(field), cells)


def cleared_by_type(cells: Sequence[bytes], **field: Any) -> Found:
    """Return what the kernel of the field's type clears in bulk, without the cells that the rules
    read one by one: in a test of many unusual cells a fault in the kernel would not show."""
    kernel: Kernel | None = kernel_of(field).fallback.kernel
    assert kernel is not None
    trims = isinstance(_whole_kernel_of(field), TrimmingKernel)
    return found_by(TrimmingKernel(kernel) if trims else kernel, cells)


def kernel_of(field: Mapping[str, Any]) -> AdaptiveKernel:
    """Return the kernel of a field, without the one that trims the cells for it."""
    found = _whole_kernel_of(field)
    kernel = found.kernel if isinstance(found, TrimmingKernel) else found
    assert isinstance(kernel, AdaptiveKernel)
    return kernel


def _whole_kernel_of(field: Mapping[str, Any]) -> Kernel:
    rules = contract({"name": "a", **field})
    (rule,) = rules.schema_.fields
    reader = Cells(rule, rules.schema_, required=rule.constraints.required)
    (kernel,) = kernels_of(rules, [reader], KeyedHash())
    return kernel


def found_by(kernel: Kernel, cells: Sequence[bytes]) -> Found:
    """Return what a kernel clears."""
    column = kernel.clear(slices(cells))
    clear = np.ones(len(cells), np.bool_) if column.cleared is None else column.cleared
    # The values of cells that are not cleared are arbitrary, and may not be text.
    values = np.full(len(cells), None)
    values[clear] = as_column_type(column.values.filter(pa.array(clear))).to_pylist()
    return Found(clear.tolist(), values.tolist())
