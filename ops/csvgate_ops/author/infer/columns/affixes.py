"""Splits a text such as `-$1,234.50` or `12 %` into sign, number and the texts around it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_CURRENCIES: Final = (
    "€", "$", "£", "¥", "₹", "₽", "₺", "₴", "₩", "฿", "US$", "R$", "A$", "C$", "zł", "Kč", "kr",
    "kr.", "Ft", "lei", "лв", "руб.", "р.", "EUR", "USD", "GBP", "CHF", "JPY", "CNY", "SEK",
    "NOK", "DKK", "PLN", "CZK", "HUF", "RON", "BGN", "TRY", "RUB", "UAH", "INR", "BRL", "CAD",
    "AUD", "NZD", "MXN", "ZAR", "SGD", "HKD", "KRW", "Fr.", "元", "円", "￥", "\\",
)  # fmt: skip
"""The last one is how Shift-JIS writes the sign of the yen."""
_RATIOS: Final = ("%", "‰")
UNITS: Final = (
    "kg", "g", "mg", "t", "l", "ml", "m", "cm", "mm", "km", "m²", "km²", "m³", "°C", "°F", "°",
    "K", "h", "min", "s", "ms", "kWh", "MWh", "W", "kW", "V", "A", "Hz", "KB", "MB", "GB", "km/h",
    "ppm", "hPa", "px", "pt", "Stk", "Stk.", "St.", "pcs",
)  # fmt: skip
"""Texts after a number that say nothing else if all numbers of the column have the same one."""
_SAME: Final = {"€": "EUR", "£": "GBP", "zł": "PLN", "Kč": "CZK", "US$": "USD", "$": "USD"}
"""Symbols of currencies that only one ISO code means, mostly."""
SPACES: Final = " \u00a0\u202f\u2009"
_LONGEST: Final = 400
_MINUS: Final = "-−"
_KNOWN: Final = "|".join(
    re.escape(text) for text in sorted((*_CURRENCIES, *_RATIOS), key=len, reverse=True)
)
_AFTER: Final = "|".join(
    re.escape(t) for t in sorted((*_CURRENCIES, *_RATIOS, *UNITS), key=len, reverse=True)
)
_SHAPE: Final = re.compile(
    rf"(?P<open>\()?(?:(?P<sign>[-+−])[{SPACES}]*+)?(?:(?P<prefix>{_KNOWN})[{SPACES}]*+)?"
    rf"(?P<second>[-+−])?(?P<body>(?:[0-9](?:[0-9.,'’{SPACES}]*[0-9])?|[.,][0-9]+)[.,]?)"
    rf"(?P<exponent>[eE][+-]?[0-9]{{1,3}})?"
    rf"(?:[{SPACES}]*+(?P<suffix>{_AFTER}))?(?P<last>[-−])?(?P<close>\))?"
)


@dataclass(frozen=True, slots=True)
class Parts:
    body: str
    """Digits with group and decimal characters, and the exponent. Spaces between groups are U+0020,
    and apostrophes are ASCII."""
    prefix: str
    suffix: str
    sign: str
    """`-`, `+` or empty."""
    style: str
    """How a negative number is written: leading, trailing or parentheses."""


def split(text: str) -> Parts | None:
    """Return the parts of a text, or None if it is not a number with known texts around it."""
    found = _SHAPE.fullmatch(text) if len(text) <= _LONGEST else None
    if not found:
        return None
    signs = [found[name] for name in ("sign", "second", "last") if found[name]]
    bracketed = found["open"] is not None
    if len(signs) > 1 or bracketed != (found["close"] is not None) or (bracketed and signs):
        return None
    negative = bracketed or (signs and signs[0] in _MINUS)
    style = "parentheses" if bracketed else "trailing" if found["last"] else "leading"
    body = found["body"].translate({ord(c): " " for c in SPACES}).replace("’", "'")
    return Parts(
        body + (found["exponent"] or ""),
        found["prefix"] or "",
        found["suffix"] or "",
        "-" if negative else "+" if signs else "",
        style,
    )


def texts_around(parts: Sequence[Parts]) -> tuple[str, ...] | None:
    """Return the texts around the numbers of a column, or None if they say more than the numbers:
    several currencies, or a unit that only some of them have."""
    texts = list(dict.fromkeys(t for p in parts for t in (p.prefix, p.suffix) if t))
    if any(text in UNITS for text in texts) and (
        len(texts) > 1 or not all(part.suffix == texts[0] for part in parts)
    ):
        return None
    currencies = {_SAME.get(text, text) for text in texts if text not in _RATIOS}
    if len(currencies) > 1:
        return None
    mixed = any(text in _RATIOS for text in texts) and not all(
        p.prefix in _RATIOS or p.suffix in _RATIOS for p in parts
    )
    return None if mixed or (texts and currencies and set(texts) & set(_RATIOS)) else tuple(texts)
