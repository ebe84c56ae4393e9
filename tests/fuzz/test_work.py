"""No input costs more than a small multiple of its size: bytes passed, lines read one by one, cells
judged, and calls of functions.

About a minute in the gate; `make fuzz EXAMPLES=200000` for as long as one likes.
"""

import os

import pytest
from hypothesis import HealthCheck, Phase, given, settings, target
from hypothesis import strategies as st

pytest.importorskip("numpy")

from unit.validation.fast.shapes import PARTS, Shape, shapes
from unit.validation.fast.work import check_shape, counted_calls, work_of

EXAMPLES = int(os.environ.get("CSVGATE_FUZZ_EXAMPLES", "500"))
CALLS_PER_BYTE = 25
"""A cell of one byte and its delimiter take about twenty calls if the rules judge them."""
CALLS_PER_BLOCK = 4_000
"""Numpy is called this often for a block of three columns, however small."""

fuzzed = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
# Bytes of any kind, among the parts that are likely to matter.
units = st.lists(st.one_of(st.sampled_from(PARTS), st.binary(max_size=4)), max_size=8).map(b"".join)


@fuzzed
@given(shapes(units, most=400))
def test_bytes_lines_and_cells(shape: Shape) -> None:
    found = check_shape(shape)
    target(found.scanned / (len(shape.data) + 1000), label="bytes passed per byte")
    target(found.framed / (len(shape.data) + 1000), label="lines read per byte")


@settings(fuzzed, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(shapes(units, most=100))
def test_calls(shape: Shape) -> None:
    """Blocks are large, because the calls for each are many."""
    sizes = shape.sizes | {"block_bytes": 1 << 14}
    with counted_calls() as calls:
        work_of(shape.pieces, shape.rules, packed=True, **sizes)
    blocks = 2 + 2 * (3 * len(shape.data) >> 14)
    # A piece of the file and a member of gzip have their own calls.
    pieces = len(shape.pieces) + shape.stored.count(b"\x1f\x8b")
    bound = CALLS_PER_BYTE * len(shape.data) + CALLS_PER_BLOCK * blocks + 50 * pieces
    target(calls[0] / bound, label="calls of what is allowed")
    assert calls[0] <= bound, (calls[0], len(shape.data), blocks, pieces)
