"""Values of the columns of real-world-like files, by short codes. All of them are invented."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Final
from uuid import UUID

_WORDS: Final[Mapping[str, Sequence[str]]] = {
    "first": ["Ann", "Ben", "Chloé", "Dörte", "Emre", "Fatima", "Georg", "Hana", "Ivan", "José"],
    "last": ["Smith", "Müller", "García", "Novák", "Kowalski", "O'Neil", "Rossi", "Ødegård", "Lee"],
    "ascii_last": ["Smith", "Miller", "Garcia", "Novak", "Kowalski", "Rossi", "Lee", "Brown"],
    "city": ["Bonn", "Lyon", "Porto", "Kraków", "Leeds", "Austin", "Graz", "Malmö", "New York"],
    "german_city": ["Köln", "München", "Nürnberg", "Bonn", "Ulm", "Lübeck", "Göttingen"],
    "russian": ["Анна", "Пётр", "Москва", "Казань", "Тула", "Самара", "Ольга", "Дмитрий"],
    "russian_city": ["Москва", "Казань", "Тула", "Самара", "Омск", "Пермь"],
    "japanese": ["東京", "大阪", "京都", "札幌", "横浜", "名古屋"],
    "country": ["Germany", "France", "Spain", "United Kingdom", "Poland", "Brazil", "Japan"],
    "cc": ["DE", "FR", "ES", "GB", "PL", "BR", "JP"],
    "cur": ["EUR", "USD", "GBP", "CHF"],
    "status": ["new", "paid", "shipped", "cancelled"],
    "Status": ["Open", "Closed", "In progress"],
    "level": ["INFO", "WARN", "ERROR"],
    "company": ["Acme Ltd", "Globex GmbH", "Initech, Inc.", "Umbrella SA", "Hooli & Sons"],
    "product": ["Mug, blue", "Chair", 'Screen 27"', "Cable 2 m", "Desk lamp", "Notebook A5"],
    "german_use": ["Miete Januar", "MARKT SAGT DANKE", "Gehalt", "Strom 4711", "Kartenzahlung"],
    "note": [
        "Called back; wants an offer", "Nothing to add", "", "", "Is on holiday, until May",
        "Sent the parcel\nagain", 'Said "maybe"', "",
    ],
    "letter": ["A", "B", "C", "D"],
    "species": ["setosa", "versicolor", "virginica"],
    "sex": ["male", "female"],
    "role": ["admin", "editor", "reader"],
    "yn": ["Y", "N"], "yesno": ["yes", "no"], "jn": ["J", "N"], "janein": ["ja", "nein"],
    "bool": ["true", "false"], "Bool": ["True", "False"], "bit": ["0", "1"],
    "empty": [""],
    "unit": ["kg", "pcs", "l"],
    "region": ["North", "South", "East", "West"],
    "model": ["Alder 3", "Birch", "Cedar 500", "Elm GT", "Maple", "Rowan X4"],
    "genre": ["Drama", "Comedy", "Action|Thriller", "Crime", "Romance|Comedy"],
    "ip": ["10.0.0.1", "192.168.7.12", "172.16.0.9", "10.1.4.77"],
    "path": ["/", "/about", "/cart?id=7", "/img/logo.png", "/login"],
    "method": ["GET", "POST"],
    "http": ["200", "404", "301", "500"],
    "mime": ["text/html", "image/png", "application/json"],
}  # fmt: skip
_START: Final = datetime(2024, 1, 1, tzinfo=UTC)


def _moment(random: Random, row: int) -> datetime:
    return _START + timedelta(hours=row * 7, seconds=random.randrange(3600 * 24 * 400))


def _day(random: Random, row: int) -> date:
    return _moment(random, row).date()


def _euro(number: float) -> str:
    return f"{number:,.2f}".translate(str.maketrans(",.", ".,"))


_Maker = Callable[[Random, int], str]
_MAKERS: Final[Mapping[str, _Maker]] = {
    "seq": lambda _, n: str(n + 1),
    "seq0": lambda _, n: str(n),
    "big": lambda r, n: str(100_000 + n * 17 + r.randrange(9)),
    "order": lambda r, n: f"ORD-{n * 13 + r.randrange(9):06}",
    "sku": lambda r, _: f"{r.choice('ABC')}{r.choice('XYZ')}-{r.randrange(100, 999)}",
    "zip": lambda r, _: f"{r.randrange(1000, 99999):05}",
    "iban": lambda r, _: f"DE{r.randrange(10**19, 10**20)}",
    "ean": lambda r, _: str(r.randrange(4 * 10**12, 5 * 10**12)),
    "uuid": lambda r, _: str(UUID(int=r.getrandbits(128))),
    "hash": lambda r, _: f"{r.getrandbits(64):016x}",
    "full": lambda r, _: f"{r.choice(_WORDS['first'])} {r.choice(_WORDS['last'])}",
    "lastfirst": lambda r, _: f"{r.choice(_WORDS['last'])}, {r.choice(_WORDS['first'])}",
    "mail": lambda r, n: f"{r.choice(_WORDS['ascii_last']).lower()}{n}@example.com",
    "phone": lambda r, _: f"+49 30 {r.randrange(10**5, 10**6)}",
    "us_phone": lambda r, _: f"555-{r.randrange(100, 999)}-{r.randrange(1000, 9999)}",
    "url": lambda r, n: f"https://example.com/{r.randrange(99)}/{n}",
    "int": lambda r, _: str(r.randrange(0, 5000)),
    "small": lambda r, _: str(r.randrange(0, 9)),
    "age": lambda r, _: str(r.randrange(18, 90)),
    "pop": lambda r, _: f"{r.randrange(10**4, 10**7):,}",
    "dot_int": lambda r, _: f"{r.randrange(1, 10**7):,}".replace(",", "."),
    "space_int": lambda r, _: f"{r.randrange(1, 10**7):,}".replace(",", "\u202f"),
    "money": lambda r, _: f"{r.uniform(1, 900):.2f}",
    "signed": lambda r, _: f"{r.uniform(-900, 900):.2f}",
    "usd": lambda r, _: f"${r.uniform(1, 9000):,.2f}",
    "eur": lambda r, _: f"{_euro(r.uniform(1, 9000))} €",
    "comma": lambda r, _: _euro(r.uniform(-900, 900)),
    "grouped": lambda r, _: _euro(r.uniform(-9000, 90000)),
    "float": lambda r, _: repr(r.uniform(-3, 3)),
    "sci": lambda r, _: f"{r.uniform(1e-9, 1e-6):.3e}",
    "temp": lambda r, _: f"{r.uniform(-10, 35):.1f}",
    "temp_comma": lambda r, _: f"{r.uniform(-10, 35):.1f}".replace(".", ","),
    "pct": lambda r, _: f"{r.randrange(101)} %",
    "pct1": lambda r, _: f"{r.uniform(0, 100):.1f}%",
    "lat": lambda r, _: f"{r.uniform(35, 60):.6f}",
    "lon": lambda r, _: f"{r.uniform(-10, 25):.6f}",
    "year": lambda r, _: str(r.randrange(1990, 2025)),
    "month": lambda r, n: f"{2020 + n // 12}-{n % 12 + 1:02}",
    "iso": lambda r, n: _day(r, n).isoformat(),
    "de": lambda r, n: f"{_day(r, n):%d.%m.%Y}",
    "de2": lambda r, n: f"{_day(r, n):%d.%m.%y}",
    "us": lambda r, n: f"{_day(r, n):%m/%d/%Y}",
    "us2": lambda r, n: "{0.month}/{0.day}/{0:%y}".format(_day(r, n)),
    "uk": lambda r, n: f"{_day(r, n):%d/%m/%Y}",
    "long_day": lambda r, n: f"{_day(r, n):%b %d, %Y}",
    "oracle": lambda r, n: f"{_day(r, n):%d-%b-%y}".upper(),
    "compact": lambda r, n: f"{_day(r, n):%Y%m%d}",
    "ts": lambda r, n: f"{_moment(r, n):%Y-%m-%d %H:%M:%S}",
    "tsz": lambda r, n: f"{_moment(r, n):%Y-%m-%dT%H:%M:%SZ}",
    "pg": lambda r, n: f"{_moment(r, n):%Y-%m-%d %H:%M:%S}+00",
    "us_ts": lambda r, n: f"{_moment(r, n):%m/%d/%Y %I:%M %p}",
    "de_ts": lambda r, n: f"{_moment(r, n):%d.%m.%Y %H:%M}",
    "epoch": lambda r, n: str(int(_moment(r, n).timestamp())),
    "time": lambda r, n: f"{_moment(r, n):%H:%M:%S}",
    "na": lambda r, _: r.choice([f"{r.uniform(0, 9):.2f}", "NA"]),
    "null": lambda r, _: r.choice([str(r.randrange(99)), "NULL"]),
    "backslash_n": lambda r, _: r.choice([str(r.randrange(99)), "\\N"]),
    "some": lambda r, _: r.choice([str(r.randrange(99)), ""]),
    "some_day": lambda r, n: r.choice([_day(r, n).isoformat(), ""]),
    "json": lambda r, n: f'{{"n": {n}, "ok": {r.choice(_WORDS["bool"])}}}',
    "log": lambda r, n: f"request {n} took {r.randrange(900)} ms, status {r.choice([200, 500])}",
}


def maker(code: str) -> _Maker:
    """Return what makes a value from a source of randomness and the number of the row, from 0."""
    if code in _MAKERS:
        return _MAKERS[code]
    words = _WORDS[code]
    return lambda random, _: random.choice(words)
