"""The letters of languages beyond ASCII, by the encodings that people write them in."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Family:
    """Encodings of one script. `encodings` are names for the contract, the commonest first."""

    script: str
    encodings: tuple[str, ...]
    languages: tuple[str, ...]
    """The lower-case letters of each language that are not ASCII."""
    mixed: bool
    """True if words mix these letters with ASCII letters."""


_GERMAN: Final = "äöüß"
_RUSSIAN: Final = "абвгдежзийклмнопрстуфхцчшщъыьэюяё"
FAMILIES: Final = (
    Family(
        "western European",
        ("windows-1252", "cp850", "mac-roman", "cp437"),
        (
            _GERMAN, "àâçéèêëîïôùûüœæ", "áéíóúñü", "ãõáâàçéêíóôú", "àèéìòù", "åäöé", "æøåé",
            "ëïéèö",
        ),
        mixed=True,
    ),
    Family(
        "central European",
        ("windows-1250", "iso-8859-2", "cp852"),
        (
            "ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "ăâîșțşţ",
            "čćđšž", _GERMAN,
        ),
        mixed=True,
    ),
    Family("Turkish", ("windows-1254",), ("çğıöşüâîû",), mixed=True),
    Family("Baltic", ("windows-1257",), ("āčēģīķļņšūž", "ąčęėįšųūž", "õäöüšž"), mixed=True),
    Family(
        "Cyrillic",
        ("windows-1251", "koi8-r", "cp866", "koi8-u", "iso-8859-5", "mac-cyrillic"),
        (_RUSSIAN, "абвгдежзийклмнопрстуфхцчшщьюяєіїґ", "абвгдђежзијклљмнњопрстћуфхцчџш"),
        mixed=False,
    ),
    Family(
        "Greek",
        ("windows-1253", "iso-8859-7"),
        ("αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰ",),
        mixed=False,
    ),
    Family("Hebrew", ("windows-1255",), ("אבגדהוזחטיךכלםמןנסעףפץצקרשת",), mixed=False),
    Family(
        "Arabic",
        ("windows-1256",),
        ("ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىي",),
        mixed=False,
    ),
)  # fmt: skip
EAST_ASIAN: Final = {
    # The lead bytes of kana, common characters or syllables in each encoding.
    "shift_jis": ((0x82, 0x83), (0x88, 0x97)),
    "euc-jp": ((0xA4, 0xA5), (0xB0, 0xCF)),
    "gb18030": ((0xB0, 0xD7),),
    "big5": ((0xA4, 0xC6),),
    "euc-kr": ((0xB0, 0xC8),),
}
SYMBOLS: Final = frozenset("€£°§©®–—“”„’‘…«»·²³µ½¼¾№™•\u00a0¿¡ªº×±¥¢¶´‰†")
"""Characters beside words and numbers in texts of many languages."""
