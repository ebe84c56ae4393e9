"""Names, domains and sentences for generated files, as varied as in users' files."""

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
FIRST_ABROAD: Final = ("jürgen", "kåre", "łucja", "søren", "zoë", "ирина", "李雷", "γιώργος")
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
"""2,784 domains, for people who do not have an address at a common one."""
DOMAINS_ABROAD: Final = ("bücher.example", "café.example.fr", "пример.example", "例え.example")
WORDS: Final = (
    "please", "deliver", "after", "the", "door", "neighbour", "ring", "twice", "left", "garage",
    "invoice", "without", "gift", "wrap", "fragile", "blue", "second", "floor", "office", "call",
    "before", "Tuesday", "urgent", "size", "exchange", "broken", "returned", "customer", "asked",
    "again", "Lieferung", "bitte", "Geschenk", "café", "Straße", "größer", "façade", "niño",
)  # fmt: skip
SCRIPTS: Final = (
    ("東京都", "千代田区", "に", "お届け", "ください", "午後", "玄関", "まで", "電話", "箱"),
    ("пожалуйста", "позвоните", "заранее", "доставка", "после", "обеда", "подарок", "этаж"),
    ("يرجى", "الاتصال", "قبل", "التسليم", "هدية", "الباب", "الطابق", "غدا"),
    ("παρακαλώ", "χτυπήστε", "δύο", "φορές", "δώρο", "πόρτα", "όροφος", "αύριο"),
    ("서울시", "강남구로", "보내주세요", "선물", "문", "앞에", "내일", "전화"),
    ("🎁", "🎀", "🚚", "👍🏽", "❤️", "gift", "wrap", "🏠"),
)
"""Words in five scripts other than Latin, and emoji, which take four bytes and more."""
_PLAIN_WORDS: Final = tuple(word for word in WORDS if word.isascii())


def phrase(pick: random.Random, least: int, most: int, *, plain: bool = False) -> str:
    """Return a number of words between `least` and `most`, and a number: it hardly repeats. All are
    in ASCII if it must be `plain`."""
    words = pick.choices(_PLAIN_WORDS if plain else WORDS, k=pick.randint(least, most))
    return f"{' '.join(words)} {pick.randrange(10_000)}"


def phrase_abroad(pick: random.Random) -> str:
    """Return two to six words in one of the `SCRIPTS`, and a number."""
    words = pick.choices(pick.choice(SCRIPTS), k=pick.randint(2, 6))
    return f"{' '.join(words)} {pick.randrange(1000)}"


def email(pick: random.Random, number: int, *, latin: bool = False) -> str:
    """Return an address that no other number has. 7% of them are not in ASCII; none, if they must
    be in a `latin` encoding."""
    first, last = pick.choice(FIRST), pick.choice(LAST)
    domain = pick.choice(COMMON_DOMAINS if pick.random() < 0.5 else DOMAINS)
    if not latin and pick.random() < 0.07:
        if pick.random() < 0.5:
            first = pick.choice(FIRST_ABROAD)
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
