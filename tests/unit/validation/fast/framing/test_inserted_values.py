"""Values that the rules found are put among those of the kernels, at their places."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("pyarrow")

import numpy as np
import pyarrow as pa

from csvgate.validation.fast.kernels import column
from csvgate.validation.fast.kernels.column import as_column_type, insert

TEXTS = st.lists(st.sampled_from(["a", "b", None]), max_size=12)


@given(TEXTS, TEXTS, st.data(), st.booleans(), st.sampled_from([0, 256]))
def test_values_are_inserted_before_their_places(
    before: list[str | None],
    new: list[str | None],
    data: st.DataObject,
    is_dictionary: bool,
    most_pieces: int,
) -> None:
    place = st.integers(0, len(before))
    places = sorted(data.draw(st.lists(place, min_size=len(new), max_size=len(new))))
    expected = [*before]
    for at, value in zip(reversed(places), reversed(new), strict=True):
        expected.insert(at, value)
    arrays = [pa.array(values, pa.string()) for values in (before, new)]
    if is_dictionary:
        arrays = [array.dictionary_encode() for array in arrays]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(column, "_MOST_PIECES", most_pieces)
        found = insert(arrays[0], arrays[1], np.array(places, np.int64))
    assert expected == as_column_type(found).to_pylist()
