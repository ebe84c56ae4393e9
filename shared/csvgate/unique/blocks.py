"""Blocks of 16 bytes by the column, which a `BlockCipher` encrypts in bulk."""

import numpy as np
import numpy.typing as npt

from csvgate.unique.block_cipher import BlockCipher

Words = npt.NDArray[np.uint64]
"""(n,)."""
Hashes = npt.NDArray[np.uint64]
"""(n, 2): the two words of each key."""
Blocks = npt.NDArray[np.uint64]
"""(n, 2): the two words of each block."""


def blocks_of(low: Words, high: "Words | np.uint64 | int") -> Blocks:
    """(n, 2) Join the words of blocks."""
    blocks = np.empty((len(low), 2), np.uint64)
    blocks[:, 0], blocks[:, 1] = low, high
    return blocks


def pairs_of(hashes: Hashes) -> "npt.NDArray[np.void]":
    """(n,) Return the two words of each key as one element of 16 bytes, without a copy. With an
    index or a mask, numpy moves such elements ten times faster than rows of two words."""
    return np.ascontiguousarray(hashes).view("V16").reshape(-1)


def encrypted(cipher: BlockCipher, blocks: Blocks) -> Hashes:
    """(n, 2): `encrypt_one` of each block."""
    # The cipher asks for room for one block more.
    found = np.empty((len(blocks) + 1, 2), np.uint64)
    if len(blocks):
        cipher.encrypt_into(np.ascontiguousarray(blocks).data.cast("B"), found.data.cast("B"))
    return found[:-1]
