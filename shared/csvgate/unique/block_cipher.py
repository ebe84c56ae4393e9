"""AES-128 as a keyed permutation of blocks of 16 bytes."""

import threading
from collections.abc import Iterable
from struct import pack, unpack
from typing import Final

Words = tuple[int, int]
"""The two unsigned 64-bit words of a block, whose bytes are in little-endian order."""
BLOCK: Final = 16
"""Bytes of a block."""


class BlockCipher(threading.local):
    """Encrypts each block on its own. Each thread that uses an instance has an encryptor of its own
    in it, because an encryptor is for one thread."""

    def __init__(self, key: bytes) -> None:
        """`key` has 16 bytes."""
        # Most small files need no hash, and should not wait for the import.
        from cryptography.hazmat.primitives.ciphers import Cipher
        from cryptography.hazmat.primitives.ciphers.algorithms import AES
        from cryptography.hazmat.primitives.ciphers.modes import ECB

        # ECB is AES itself. It would be the wrong mode for keeping data secret, but here nothing is
        # decrypted: the blocks are keys of an index, which never leave the process.
        self._encryptor: Final = Cipher(AES(key), ECB()).encryptor()  # noqa: S305

    def encrypt_one(self, low: int, high: int) -> Words:
        first, second = unpack("<QQ", self._encryptor.update(pack("<QQ", low, high)))
        return first, second

    def encrypt_into(self, blocks: memoryview, out: memoryview) -> None:
        """Write the encrypted blocks to `out`, which has room for one block more."""
        self._encryptor.update_into(blocks, out)

    def chain(self, head: Words, blocks: Iterable[Words]) -> Words:
        """Return the CBC-MAC of a message, whose first block is `head`."""
        low, high = self.encrypt_one(*head)
        for first, second in blocks:
            low, high = self.encrypt_one(low ^ first, high ^ second)
        return low, high
