"""Names, domains and sentences for generated files, as various as those of people."""

import random
from typing import Final

FIRST: Final = (
    "anna", "ben", "carla", "dmitri", "eva", "farid", "grace", "hiro", "ines", "jonas", "karin",
    "luca", "marta", "nils", "olga", "paul", "quentin", "rosa", "sven", "tariq", "ute", "vera",
    "wanda", "xenia", "yusuf", "zoe", "andre", "bianca", "cem", "dana", "emil", "frieda",
)  # fmt: skip
LAST: Final = (
    "adler", "bauer", "costa", "dubois", "eriksen", "ferrari", "garcia", "haas", "ivanov", "jansen",
    "keller", "lindqvist", "moreau", "nowak", "oneill", "peters", "quast", "rossi", "svoboda",
    "tanaka", "ueda", "vogel", "weiss", "xu", "yilmaz", "zimmer", "brandt", "castro", "duarte",
)  # fmt: skip
ABROAD: Final = ("jürgen", "kåre", "łucja", "søren", "zoë", "ирина", "李雷", "γιώργος")
"""First names that are not in ASCII."""
COMMON_DOMAINS: Final = (
    "mail.example", "post.example", "example.com", "example.org", "web.example.de",
    "box.example.fr",
)  # fmt: skip
DOMAINS: Final = tuple(
    f"{kind}-{name}{number}.example{end}"
    for kind in ("shop", "buero", "team", "studio")
    for name in LAST
    for number in range(1, 9)
    for end in ("", ".com", ".co.uk")
)
"""About 2,800, for those who do not have one of the common ones."""
DOMAINS_ABROAD: Final = ("bücher.example", "café.example.fr", "пример.example", "例え.example")
WORDS: Final = (
    "please", "deliver", "after", "the", "door", "neighbour", "ring", "twice", "left", "garage",
    "invoice", "without", "gift", "wrap", "fragile", "blue", "second", "floor", "office", "call",
    "before", "Tuesday", "urgent", "size", "exchange", "broken", "returned", "customer", "asked",
    "again", "Lieferung", "bitte", "Geschenk", "café", "Straße", "größer", "façade", "niño",
)  # fmt: skip
ELSEWHERE: Final = (
    "東京都千代田区にお届けください", "Пожалуйста, позвоните заранее", "يرجى الاتصال قبل التسليم",
    "παρακαλώ χτυπήστε δύο φορές", "🎁 gift wrap 🎀", "서울시 강남구로 보내주세요",
)  # fmt: skip


def phrase(pick: random.Random, least: int, most: int) -> str:
    """Return so many words; hardly ever the same twice."""
    words = pick.choices(WORDS, k=pick.randint(least, most))
    return f"{' '.join(words)} {pick.randrange(10_000)}"


def email(pick: random.Random, number: int, *, latin: bool = False) -> str:
    """Return an address that no other number has; about one in 14 is not in ASCII, or none if it
    must be `latin`."""
    first, last = pick.choice(FIRST), pick.choice(LAST)
    domain = pick.choice(COMMON_DOMAINS if pick.random() < 0.5 else DOMAINS)
    if not latin and pick.random() < 0.07:
        if pick.random() < 0.5:
            first = pick.choice(ABROAD)
        else:
            domain = pick.choice(DOMAINS_ABROAD)
    style = pick.random()
    if style < 0.5:
        return f"{first}.{last}{number}@{domain}"
    if style < 0.7:
        return f"{first[0]}{last}{number}@{domain}"
    if style < 0.8:
        return f"{first}_{last}-{number}@{domain}"
    return f"{first.title()}.{last.title()}+{number}@{domain}"
