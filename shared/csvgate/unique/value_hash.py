"""A 128-bit hash of a value, by which the index knows a key.

`hash_value` here and `column_hash.hash_column` (numpy, in bulk) return the same for the same value.
Strings and bytes of up to 15 bytes, 64-bit integers, dates, times, floats and NUMERIC never
collide: they are mixed one to one, so that the first word is evenly spread over its 64 bits. Other
values are hashed; two of them collide less often than hardware returns a wrong byte.
"""

from collections.abc import Hashable, Iterable
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from decimal import Context, Decimal, Inexact
from hashlib import blake2b
from itertools import chain
from struct import pack, unpack
from typing import Final

Words = tuple[int, int]
"""Two unsigned 64-bit words."""

MASK: Final = 2**64 - 1
PACKED: Final = 15
"""Bytes that fit into two words together with their length."""
ABSORBED: Final = 64
"""Bytes up to which a value is absorbed word by word, which in bulk is cheaper than BLAKE2b."""
M1: Final = 0x9E3779B97F4A7C15
M2: Final = 0xBF58476D1CE4E5B9
M3: Final = 0x94D049BB133111EB
M4: Final = 0xD6E8FEB86659FD93

# Each type has its own constant, so that the string 1 and the integer 1 differ.
STRING: Final = 0
BYTES: Final = 0xA0761D6478BD642F
INTEGER: Final = 0xE7037ED1A0B428DB
FLOAT: Final = 0x8EBC6AF09C88C6E3
DECIMAL: Final = 0x589965CC75374CC3
FINER: Final = DECIMAL ^ 1 << 63
"""The seed for decimals with more digits than NUMERIC: the high word of a short string has top bits
that no NUMERIC sets."""
DATE: Final = 0x1D8E4E27C47D124F
TIME: Final = 0xEB44ACCAB455D165
INSTANT: Final = 0x9C6E6877736C46E3
"""A datetime with a time zone."""
LOCAL: Final = 0x4CF5AD432745937F
"""A datetime without a time zone."""
OTHER: Final = 0x2D358DCCAA6C78A5
GROUP: Final = 0x52DCE729DA3ED7A5
NULL: Final = (0x38495AB5E1F2B3D7, 0x4A8F1D3B5C7E9061)

SCALE: Final = 9
"""The digits that NUMERIC has after the decimal point."""
NAN: Final = 0x7FF8000000000000
_EXACT: Final = Context(prec=100, traps=[Inexact])
_EPOCH: Final = datetime(1970, 1, 1)
_EPOCH_DAY: Final = date(1970, 1, 1).toordinal()
_MICROSECOND: Final = timedelta(microseconds=1)


def hash_value(value: Hashable) -> Words:
    """Return the hash of a value: equal for equal values of one type, however they were written
    (1.0 and 1.00, noon in Paris and eleven in London). A tuple is an ordered group of values."""
    match value:
        case str():
            return _hash_bytes(value.encode(errors="surrogatepass"), STRING)
        case int():
            if -(2**63) <= value < 2**63:
                return mixed(value & MASK, INTEGER)
            return _hash_bytes(value.to_bytes(value.bit_length() // 8 + 1, signed=True), INTEGER)
        case Decimal():
            return _hash_decimal(value)
        case tuple():
            return absorbed(chain.from_iterable(map(hash_value, value)), GROUP, len(value))
        case None:
            return NULL
        case bytes():
            return _hash_bytes(value, BYTES)
        case float():
            return mixed(_bits(value), FLOAT)
        case datetime() if value.tzinfo is not None:
            local = value.replace(tzinfo=None)
            offset = value.utcoffset() or timedelta()
            return mixed(((local - _EPOCH) - offset) // _MICROSECOND & MASK, INSTANT)
        case datetime():
            return mixed((value - _EPOCH) // _MICROSECOND & MASK, LOCAL)
        case date():
            return mixed(value.toordinal() - _EPOCH_DAY & MASK, DATE)
        case time():
            seconds = (value.hour * 60 + value.minute) * 60 + value.second
            return mixed(seconds * 1_000_000 + value.microsecond, TIME)
    return _hash_bytes(str(value).encode(), OTHER)


def mixed(low: int, high: int) -> Words:
    """Maps two words one to one to two others, of which the first is evenly spread."""
    high ^= _spread(low)
    return low ^ _spread(high), high


def absorbed(words: Iterable[int], kind: int, length: int) -> Words:
    """Hashes any number of words to two."""
    low, high = kind, length
    for word in words:
        low = (low ^ word) * M1 & MASK
        low ^= low >> 32
        high = (high + low) * M2 & MASK
        high ^= high >> 29
    return mixed(low, high)


def _spread(word: int) -> int:
    word = (word ^ word >> 32) * M3 & MASK
    word = (word ^ word >> 29) * M4 & MASK
    return word ^ word >> 32


def _hash_bytes(value: bytes, kind: int) -> Words:
    length = len(value)
    if length <= PACKED:
        packed = int.from_bytes(value, "little")
        return mixed(packed & MASK, packed >> 64 ^ length << 56 ^ kind)
    if length <= ABSORBED:
        count = (length + 7) // 8
        return absorbed(unpack(f"<{count}Q", value.ljust(8 * count, b"\0")), kind, length)
    return digest(value, kind)


def digest(value: bytes | memoryview, kind: int) -> Words:
    found = blake2b(value, digest_size=16, salt=kind.to_bytes(8, "little")).digest()
    low, high = unpack("<QQ", found)
    return low, high


def _hash_decimal(value: Decimal) -> Words:
    """A decimal that NUMERIC can represent is hashed as 128 bits of billionths, others by their
    digits."""
    if not value:
        return mixed(0, DECIMAL)
    if value.is_finite() and -SCALE <= value.adjusted() < 38 - SCALE:
        with suppress(Inexact):
            billionths = int(value.scaleb(SCALE, _EXACT).to_integral_exact(context=_EXACT))
            return mixed(billionths & MASK, billionths >> 64 & MASK ^ DECIMAL)
    sign, digits, exponent = value.as_tuple()
    text = "".join(map(str, digits))
    short = text.rstrip("0")
    scale = exponent + len(text) - len(short) if isinstance(exponent, int) else exponent
    return _hash_bytes(f"{sign}{short}e{scale}".encode(), FINER)


def _bits(value: float) -> int:
    """Return the IEEE 754 bits of a float; both zeros have the same bits, and so do all NaNs."""
    return NAN if value != value else int(unpack("<Q", pack("<d", value + 0.0))[0])
