"""The encodings that a contract can name, by the names of Python's codecs.

All of them but UTF-16 are supersets of ASCII: bytes below 128 that are not part of a longer
character are ASCII, and only these. That excludes EBCDIC, cp864 (in which the percent sign is
another character), the encodings of MacOS for Arabic and Persian (which have a second comma) and
encodings that shift between states, such as ISO-2022-JP.
"""

import codecs
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

UTF: Final = ("utf-8", "utf-16", "utf-16-le", "utf-16-be")
SINGLE_BYTE: Final = frozenset(
    f"{family}{number}"
    for family, numbers in (
        ("cp", (437, 720, 737, 775, 850, 852, 855, 857, 858, 860, 861, 862, 863, 865, 866, 869)),
        ("cp", (874, 1125, *range(1250, 1259))),
        ("iso8859-", (*range(1, 12), *range(13, 17))),
        ("koi8-", ("r", "u", "t")),
        ("mac-", ("roman", "latin2", "cyrillic", "greek", "turkish", "iceland", "croatian")),
        ("mac-", ("romanian",)),
    )
    for number in numbers
) | {"kz1048", "ptcp154", "tis-620"}
"""Encodings of one byte per character."""
MULTI_BYTE: Final = frozenset({"cp932", "euc_jp", "gb18030", "cp950", "big5hkscs", "cp949"})
"""Encodings of up to four bytes per character."""
_AS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "shift_jis": "cp932",
        "gb2312": "gb18030",
        "gbk": "gb18030",
        "big5": "cp950",
        "euc_kr": "cp949",
    }
)
"""Encodings that are read as a superset of theirs, because many programs write the superset under
the name of the smaller encoding."""


def codec_name(name: str) -> str | None:
    """Return Python's name of the codec for a contract's encoding; None if it is not supported."""
    try:
        known = codecs.lookup(name).name
    except (LookupError, ValueError):
        return None
    known = _AS.get(known, known)
    return known if known in UTF or known in SINGLE_BYTE or known in MULTI_BYTE else None
