"""The filter never denies a key that it has."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from csvgate.unique.bloom_filter import KeyFilter

WORDS = st.integers(0, 2**64 - 1) | st.integers(0, 20) | st.integers(2**64 - 20, 2**64 - 1)


@given(st.lists(st.lists(WORDS)), st.sampled_from([1, 16, 64, 1024]))
def test_every_key_that_was_added_is_found(batches: list[list[int]], size: int) -> None:
    """A small filter has many keys in one word, in one batch and in several."""
    bulk, singles = KeyFilter(size), KeyFilter(size)
    for batch in batches:
        words = np.array(sorted(batch), np.uint64)
        known = bulk.may_have(words).tolist()
        assert known == [singles.may_have_one(word) for word in sorted(batch)]
        assert known == bulk.add(words).tolist()
        for word in batch:
            singles.add_one(word)
        assert bulk.may_have(words).all()
        assert bulk._words.tolist() == singles._words.tolist()
