"""A keyed 128-bit hash of a value, by which the index knows a key.

`KeyedHash.value` here and `column_hash.hash_column` (numpy, in bulk) return the same for the same
value. Whoever makes a file does not know the key, which is drawn after the file was uploaded, so no
file can be made for it, neither keys that collide nor keys that share their first word.

The bound: a value of up to 15 bytes, a 64-bit integer, a date, a time, a float and a NUMERIC are
one block of 16 bytes, which AES-128 maps one to one: two of them never collide. Strings of up to
128 bytes and groups are hashed by the CBC-MAC with AES-128. Each message begins with a block that
gives its length, so that none is a prefix of another. For q such messages of at most m blocks the
outputs differ from random ones with an advantage of about m * q**2 / 2**128 (Bellare, Pietrzak and
Rogaway, "Improved Security Analyses for CBC MACs", CRYPTO 2005), if AES is a pseudorandom
permutation. For 2**30 keys of 9 blocks that is less than 2**-64, including the probability
that any two of them collide. Longer strings are hashed by keyed BLAKE2b, whose digests of 128 bits
collide with a probability of q**2 / 2**129.
"""

from collections.abc import Hashable, Iterable
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from decimal import Context, Decimal, Inexact
from functools import cached_property
from hashlib import blake2b
from secrets import token_bytes
from struct import pack, unpack, unpack_from
from typing import Final

from csvgate.unique.block_cipher import BlockCipher, Words

KEY_BYTES: Final = 32
MASK: Final = 2**64 - 1
PACKED: Final = 15
"""Bytes that fit into a block together with their type and length."""
CHAINED: Final = 128
"""Bytes up to which a value is hashed by the CBC-MAC, which in bulk is cheaper than BLAKE2b."""

# The top byte of a block tells its type, so that the string 1 and the integer 1 differ. NUMERIC
# takes whole blocks, but their top bytes are never 0x4C to 0xB3. The low four bits of the types of
# strings and bytes are for the length.
STRING: Final = 0x50
BYTES: Final = 0x60
OTHER: Final = 0x70
FINER: Final = 0x80
"""Decimals with more digits than NUMERIC."""
HUGE: Final = 0x90
"""Integers of more than 64 bits."""
INTEGER, FLOAT, DATE, TIME, NULL, LONG = range(0xA0, 0xA6)
INSTANT: Final = 0xA6
"""A datetime with a time zone."""
LOCAL: Final = 0xA7
"""A datetime without a time zone."""
TOP: Final = 56
"""The place of the top byte in the second word of a block."""

SCALE: Final = 9
"""The digits that NUMERIC has after the decimal point."""
NAN: Final = 0x7FF8000000000000
_EXACT: Final = Context(prec=100, traps=[Inexact])
_EPOCH: Final = datetime(1970, 1, 1)
_EPOCH_DAY: Final = date(1970, 1, 1).toordinal()
_MICROSECOND: Final = timedelta(microseconds=1)


def new_key() -> bytes:
    """Return a random key of KEY_BYTES."""
    return token_bytes(KEY_BYTES)


class KeyedHash:
    """Hashes values under one key. Several threads may use an instance at the same time."""

    def __init__(self, key: bytes | None = None) -> None:
        """`key` has KEY_BYTES, or else ValueError is raised; without one, a random key is used."""
        key = new_key() if key is None else key
        if len(key) != KEY_BYTES:
            raise ValueError(f"a hash key has {KEY_BYTES} bytes, not {len(key)}")
        self._key: Final = key

    @cached_property
    def values(self) -> BlockCipher:
        """The cipher of single values."""
        return BlockCipher(self._derived(b"values"))

    @cached_property
    def groups(self) -> BlockCipher:
        """The cipher that combines the hashes of the values of a group. Its key is independent,
        because the bound does not hold for messages that depend on the key."""
        return BlockCipher(self._derived(b"groups"))

    @cached_property
    def null(self) -> Words:
        """The hash of None."""
        return self.values.encrypt_one(0, NULL << TOP)

    def value(self, value: Hashable) -> Words:
        """Return the hash of a value: equal for equal values of one type, however they were written
        (1.0 and 1.00, noon in Paris and eleven in London). A tuple is an ordered group of
        values."""
        match value:
            case str():
                return self._bytes(value.encode(errors="surrogatepass"), STRING)
            case int():
                if -(2**63) <= value < 2**63:
                    return self._block(value & MASK, INTEGER)
                return self._bytes(value.to_bytes(value.bit_length() // 8 + 1, signed=True), HUGE)
            case Decimal():
                return self._decimal(value)
            case tuple():
                return self.groups.chain((len(value), 0), map(self.value, value))
            case None:
                return self.null
            case bytes():
                return self._bytes(value, BYTES)
            case float():
                return self._block(_bits(value), FLOAT)
            case datetime() if value.tzinfo is not None:
                local = value.replace(tzinfo=None)
                offset = value.utcoffset() or timedelta()
                return self._block(((local - _EPOCH) - offset) // _MICROSECOND & MASK, INSTANT)
            case datetime():
                return self._block((value - _EPOCH) // _MICROSECOND & MASK, LOCAL)
            case date():
                return self._block(value.toordinal() - _EPOCH_DAY & MASK, DATE)
            case time():
                seconds = (value.hour * 60 + value.minute) * 60 + value.second
                return self._block(seconds * 1_000_000 + value.microsecond, TIME)
        return self._bytes(str(value).encode(), OTHER)

    def digest(self, value: bytes | memoryview, kind: int) -> Words:
        """Return the hash of more than CHAINED bytes."""
        salt = bytes([kind])
        low, high = unpack("<QQ", blake2b(value, digest_size=16, key=self._key, salt=salt).digest())
        return low, high

    def _block(self, word: int, kind: int) -> Words:
        return self.values.encrypt_one(word, kind << TOP)

    def _bytes(self, value: bytes, kind: int) -> Words:
        length = len(value)
        if length <= PACKED:
            packed = int.from_bytes(value, "little") | (kind | length) << 64 + TOP
            return self.values.encrypt_one(packed & MASK, packed >> 64)
        if length <= CHAINED:
            return self.values.chain((length, LONG << TOP | kind), _padded(value))
        return self.digest(value, kind)

    def _decimal(self, value: Decimal) -> Words:
        """A decimal that NUMERIC can represent is hashed as 128 bits of billionths, others by their
        digits."""
        if not value:
            return self.values.encrypt_one(0, 0)
        if value.is_finite() and -SCALE <= value.adjusted() < 38 - SCALE:
            with suppress(Inexact):
                billionths = int(value.scaleb(SCALE, _EXACT).to_integral_exact(context=_EXACT))
                return self.values.encrypt_one(billionths & MASK, billionths >> 64 & MASK)
        sign, digits, exponent = value.as_tuple()
        text = "".join(map(str, digits))
        short = text.rstrip("0")
        scale = exponent + len(text) - len(short) if isinstance(exponent, int) else exponent
        return self._bytes(f"{sign}{short}e{scale}".encode(), FINER)

    def _derived(self, purpose: bytes) -> bytes:
        return blake2b(purpose, digest_size=16, key=self._key).digest()


def _padded(value: bytes) -> Iterable[Words]:
    """Yield the blocks of 16 bytes, the last of them with zeros at its end."""
    padded = value.ljust(-(-len(value) // 16) * 16, b"\0")
    for at in range(0, len(padded), 16):
        low, high = unpack_from("<QQ", padded, at)
        yield low, high


def _bits(value: float) -> int:
    """Return the IEEE 754 bits of a float; both zeros have the same bits, and so do all NaNs."""
    return NAN if value != value else int(unpack("<Q", pack("<d", value + 0.0))[0])
