"""Keys and cells made to collide, by an attacker who knows the hash key or whose hash has none."""

from collections.abc import Sequence
from decimal import Context, Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

from csvgate.unique import keyed_hash
from csvgate.unique.blocks import encrypted
from csvgate.unique.keyed_hash import TOP, KeyedHash

Words = npt.NDArray[np.uint64]
_TRIES = 1 << 18
_ARROW_FACTOR = 11_400_714_785_074_694_791
_ARROW_OTHER = 14_029_467_366_897_019_727
_BIG = Context(prec=60)


def same_hash_as(text: str, key: bytes) -> str:
    """Return another text of the same 33 to 48 ASCII characters whose hash under the key is the
    same: its second block makes up for its first."""
    data, cipher = text.encode(), KeyedHash(key).values
    first = cipher.encrypt_one(len(data), keyed_hash.LONG << TOP | keyed_hash.STRING)
    head = np.array(first, np.uint64)
    blocks = np.frombuffer(data[:32], np.uint64).reshape(2, 2)
    target = encrypted(cipher, (head ^ blocks[0]).reshape(1, 2))[0] ^ blocks[1]
    for start in range(0, 100 * _TRIES, _TRIES):
        firsts = np.array([b"made %011d" % n for n in range(start, start + _TRIES)], "S16")
        words = firsts.view(np.uint64).reshape(-1, 2)
        seconds = encrypted(cipher, words ^ head) ^ target
        found = np.flatnonzero(_are_plain(seconds))
        if len(found):
            made: bytes = firsts[found[0]].tobytes() + seconds[found[0]].tobytes() + data[32:]
            return made.decode("ascii")
    raise AssertionError("no such text")


def same_hash_as_pair(pair: tuple[str, Decimal], key: bytes) -> tuple[str, Decimal]:
    """Return another pair whose hash under the key is the same: its number makes up for its
    text."""
    keyed = KeyedHash(key)
    head = keyed.groups.encrypt_one(2, 0)
    target = _xor(keyed.groups.encrypt_one(*_xor(head, keyed.value(pair[0]))), keyed.value(pair[1]))
    for number in range(1000):
        text = f"made {number}"
        wanted = _xor(keyed.groups.encrypt_one(*_xor(head, keyed.value(text))), target)
        low, high = _decrypted(keyed, [wanted])[0].tolist()
        billionths = (high << 64 | low) - (high >> 63 << 128)
        if abs(billionths) < 10**38:
            return text, Decimal(billionths).scaleb(-9, _BIG)
    raise AssertionError("no such pair")


def same_first_word(key: bytes) -> list[bytes]:
    """Return about 1000 keys of 15 bytes whose hashes under the key begin with the same word."""
    pairs = np.empty((_TRIES, 2), np.uint64)
    pairs[:, 0], pairs[:, 1] = 7, np.arange(_TRIES)
    blocks = _decrypted(KeyedHash(key), pairs)
    fit = blocks[:, 1] >> np.uint64(TOP) == keyed_hash.BYTES | 15
    return [block.tobytes()[:15] for block in blocks[fit]]


def same_place_in_arrow(count: int) -> list[bytes]:
    """Return cells of eight bytes whose hashes in Arrow end with the same 40 bits."""
    hashes = np.arange(1 << 16, (1 << 16) + 2 * count, dtype=np.uint64) << np.uint64(40)
    words = hashes.byteswap() * np.uint64(pow(_ARROW_FACTOR, -1, 2**64))
    kept = words[_have_none_of(words.reshape(-1, 1), b'\0",\r\n')]
    assert len(kept) >= count
    return [word.tobytes() for word in kept[:count]]


def same_hash_in_arrow(count: int) -> list[bytes]:
    """Return cells of 16 bytes that have the same hash in Arrow: their second halves make up for
    their first ones."""
    firsts = np.frombuffer(b"".join(b"%08d" % n for n in range(2 * count)), np.uint64)
    hashes = (firsts * np.uint64(_ARROW_OTHER)).byteswap() ^ np.uint64(0x1234567890ABCDEF)
    seconds = hashes.byteswap() * np.uint64(pow(_ARROW_FACTOR, -1, 2**64))
    cells = np.stack([firsts, seconds], axis=1)
    kept = cells[_have_none_of(cells, b'\0",\r\n')]
    assert len(kept) >= count
    return [cell.tobytes() for cell in kept[:count]]


def hash_in_arrow(cell: bytes) -> int:
    """Return Arrow's hash of 9 to 16 bytes."""
    last, first = (int.from_bytes(part, "little") for part in (cell[-8:], cell[:8]))
    halves = (last * _ARROW_FACTOR % 2**64, first * _ARROW_OTHER % 2**64)
    one, other = (int.from_bytes(half.to_bytes(8, "little"), "big") for half in halves)
    return len(cell) ^ one ^ other


def probes_in_arrow(words: Words) -> int:
    """Return how many entries of its hash table Arrow looks at to encode distinct words, with the
    table as large as it is in the end."""
    mask = (1 << max(5, (2 * len(words)).bit_length())) - 1
    hashes = (words * np.uint64(_ARROW_FACTOR)).byteswap().tolist()
    taken, looks = set[int](), 0
    for each in hashes:
        place, step = each & mask, (each >> 5) + 1
        while (looks := looks + 1) and place in taken:
            place, step = (place + step) & mask, (step >> 5) + 1
        taken.add(place)
    return looks


def _xor(one: Sequence[int], other: Sequence[int]) -> tuple[int, int]:
    return one[0] ^ other[0], one[1] ^ other[1]


def _decrypted(keyed: KeyedHash, hashes: Any) -> Words:
    decryptor = Cipher(AES(keyed._derived(b"values")), ECB()).decryptor()  # noqa: S305
    data = decryptor.update(np.array(hashes, np.uint64).tobytes())
    return np.frombuffer(data, np.uint64).reshape(-1, 2)


def _are_plain(words: Words) -> npt.NDArray[np.bool_]:
    """Where all bytes are ASCII characters that a CSV file need not quote."""
    found = _have_none_of(words, b'\0",\r\n')
    high_bits: Words = (words & np.uint64(0x8080808080808080)).max(axis=1)
    is_plain: Any = np.logical_and(found, high_bits == 0)
    return np.asarray(is_plain)


def _have_none_of(words: Words, excluded: bytes) -> npt.NDArray[np.bool_]:
    cells = np.ascontiguousarray(words).view(np.uint8).reshape(len(words), -1)
    found: Any = np.isin(cells, list(excluded)).any(axis=1)
    return np.asarray(np.logical_not(found))
