"""Names of months and days in other languages, as files have them and as Babel writes them."""

from datetime import date, datetime
from typing import Any
from unicodedata import combining, normalize

import pytest
from babel.dates import format_date

from csvgate.types.common.times.names import languages
from unit.types.cell import read


def field(language: str, pattern: str, **more: Any) -> dict[str, Any]:
    return {"type": "date", "language": language, "format": pattern, **more}


@pytest.mark.parametrize(
    ("language", "pattern", "text", "expected"),
    [
        ("de", "%d. %B %Y", "8. Dezember 2022", date(2022, 12, 8)),
        ("de", "%d. %B %Y", "8. DEZEMBER 2022", date(2022, 12, 8)),
        ("de", "%d. %B %Y", "8.  dezember 2022", date(2022, 12, 8)),
        ("de", "%d. %B %Y", "31. November 2022", ["type.date"]),
        ("de", "%d. %B %Y", "8. December 2022", ["type.date"]),
        ("de", "%d. %B %Y", "8. Dez. 2022", ["type.date"]),
        ("de", "%d. %b %Y", "8. Dez. 2022", date(2022, 12, 8)),
        ("de", "%d. %b. %Y", "8. Dez. 2022", date(2022, 12, 8)),
        ("de", "%d-%b-%y", "08-Mrz-22", date(2022, 3, 8)),
        ("de", "%d-%b-%y", "08-Mär-22", date(2022, 3, 8)),
        ("de", "%d-%b-%y", "08-mar-22", date(2022, 3, 8)),
        ("de", "%b%Y", "Mai2022", date(2022, 5, 1)),
        ("de", "%A, %d. %B %Y", "Donnerstag, 8. Dezember 2022", date(2022, 12, 8)),
        ("de", "%A, %d. %B %Y", "Thursday, 8. Dezember 2022", ["type.date"]),
        ("de", "%a %d.%m.%Y", "Do. 08.12.2022", date(2022, 12, 8)),
        ("de", "%d %m %b %Y", "8 12 Dez 2022", date(2022, 12, 8)),
        ("de", "%d %m %b %Y", "8 03 Mär 2022", date(2022, 3, 8)),
        ("de", "%d %m %b %Y", "8 11 Dez 2022", ["type.date"]),
        ("fr", "%d %b %Y", "8 févr. 2022", date(2022, 2, 8)),
        ("fr", "%d %b %Y", "8 FEVR 2022", date(2022, 2, 8)),
        ("fr", "%d %B %Y", "1 août 2022", date(2022, 8, 1)),
        ("fr", "%d %B %Y", normalize("NFD", "1 août 2022"), date(2022, 8, 1)),
        # June or July.
        ("fr", "%d %b %Y", "8 jui 2022", ["type.date"]),
        ("es", "%d de %B de %Y", "8 de diciembre de 2022", date(2022, 12, 8)),
        ("es", "%d-%b-%Y", "8-sep-2022", date(2022, 9, 8)),
        ("ca", "%d %B de %Y", "8 d'agost de 2022", date(2022, 8, 8)),
        ("pl", "%d %B %Y", "8 grudnia 2022", date(2022, 12, 8)),
        ("pl", "%B %Y", "grudzień 2022", date(2022, 12, 1)),
        ("ru", "%d %B %Y г.", "8 мая 2022 г.", date(2022, 5, 8)),
        ("ru", "%B %Y", "Май 2022", date(2022, 5, 1)),
        ("uk", "%A %d.%m.%Y", "п'ятниця 09.12.2022", date(2022, 12, 9)),
        ("tr", "%d %B %Y", "8 KASIM 2022", date(2022, 11, 8)),
        ("tr", "%d %B %Y", "8 NİSAN 2022", date(2022, 4, 8)),
        ("tr", "%d %B %Y", "8 nisan 2022", date(2022, 4, 8)),
        ("el", "%d %B %Y", "8 ΔΕΚΕΜΒΡΙΟΥ 2022", date(2022, 12, 8)),
        ("cs", "%d. %b %Y", "8. čvc 2022", date(2022, 7, 8)),
        ("no", "%d. %B %Y", "8. desember 2022", date(2022, 12, 8)),
        ("en", "%d %b %Y", "8 Sept. 2022", date(2022, 9, 8)),
        ("de", "%d. %B %Y", "٨. Dezember 2022", ["type.date"]),
        ("de", "%d. %B %Y", "8. Dezember 0000", ["type.date"]),
        ("de", "%d. %B %Y", "8. " + "Dezember" * 40 + " 2022", ["type.date"]),
        ("de", "%d. %B %Y", "8." + " " * 300 + "Dezember 2022", date(2022, 12, 8)),
        ("de", "%d. %B %Y", "8. " + "e\u0301" * 90 + " 2022", ["type.date"]),
        ("de", "%d. %B %Y", "", None),
    ],
)  # fmt: skip
def test_dates_with_names(language: str, pattern: str, text: str, expected: object) -> None:
    assert expected == read(text, **field(language, pattern))


def test_names_beside_other_formats_times_and_zones() -> None:
    formats = ["%d.%m.%Y", "%d. %B %Y", "%b %Y"]
    for text in ("08.12.2022", "8. Dezember 2022"):
        assert date(2022, 12, 8) == read(text, type="date", format=formats, language="de")
    moment = {"type": "datetime", "language": "de", "bigquery": "DATETIME"}
    assert datetime(2023, 1, 1) == read(
        "31. Dezember 2022 24:00", format="%d. %B %Y %H:%M", **moment
    )
    found = read("8 déc. 2022 10:00 +01", type="datetime", language="fr",
                 format="%d %b %Y %H:%M %z")  # fmt: skip
    assert isinstance(found, datetime)
    assert found.hour == 9


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize(
    ("cldr", "pattern"),
    [
        ("d MMMM y", "%d %B %Y"),
        ("LLLL y", "%B %Y"),
        ("d MMM y", "%d %b %Y"),
        ("LLL y", "%b %Y"),
        ("EEEE d MMMM y", "%A %d %B %Y"),
        ("EEE d MMM y", "%a %d %b %Y"),
    ],
)
def test_every_name_is_read_as_babel_writes_it(language: str, cldr: str, pattern: str) -> None:
    """Names are read in each case of letters, without accents, and with or without a dot."""
    for month in range(1, 13):
        day = date(2026, month, month if "%d" in pattern else 1)
        # Catalan has a preposition before some months, which is text in a pattern.
        text = format_date(day, cldr, locale=language).replace(" de ", " ")
        plain = "".join(c for c in normalize("NFD", text) if not combining(c))
        for each in {text, text.upper(), text.lower(), text.title(), plain, text.replace(".", "")}:
            assert (each, day) == (each, read(each, **field(language, pattern)))
