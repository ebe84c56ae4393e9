"""Names of months and days in the language of a field, as the directives %b, %B, %a and %A read
them: in any case, with or without accents, and with or without a dot at the end."""

import unicodedata
from collections.abc import Container, Mapping
from functools import cache
from typing import Final, NamedTuple

DAY_DIRECTIVES: Final = frozenset("aA")
NAME_DIRECTIVES: Final = DAY_DIRECTIVES | frozenset("bB")
_OTHER_TAGS: Final = {"no": "nb"}


class Names(NamedTuple):
    """The numbers of months by the folded forms of their names, and those of the days of the
    week."""

    months: Mapping[str, int]
    short_months: Mapping[str, int]
    days: Container[str]
    short_days: Container[str]

    def month(self, directive: str, text: str) -> int | None:
        """Return the month that a text stands for; None if it is not the name of one."""
        table = self.months if directive == "B" else self.short_months
        return table.get(fold(text.removesuffix(".")))

    def is_day(self, directive: str, text: str) -> bool:
        """Return whether a text is the name of a day of the week."""
        table = self.days if directive == "A" else self.short_days
        return fold(text.removesuffix(".")) in table


def fold(name: str) -> str:
    """Return the same text for names that differ only by case, by accents, or by the character of
    an apostrophe."""
    decomposed = unicodedata.normalize("NFD", name.casefold())
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    # The dotless i of Turkish is the lower case of I, which is the upper case of i elsewhere.
    return plain.replace("ı", "i").replace("’", "'").replace("ʼ", "'")


def languages() -> list[str]:
    """Return the tags of the languages whose names are known, sorted."""
    from csvgate.types.common.times.cldr_names import NAMES

    return sorted([*NAMES, *_OTHER_TAGS])


@cache
def names_in(language: str) -> Names:
    """Return the names in one of `languages`. Raises KeyError for any other."""
    from csvgate.types.common.times.cldr_names import NAMES

    return Names(*map(_numbers, NAMES[_OTHER_TAGS.get(language, language)]))


def first_forms(language: str) -> tuple[list[str], ...]:
    """Return the first form of each month, its abbreviation, each day and its abbreviation."""
    from csvgate.types.common.times.cldr_names import NAMES

    texts = NAMES[_OTHER_TAGS.get(language, language)]
    return tuple([forms.split("/")[0] for forms in text.split()] for text in texts)


def _numbers(text: str) -> dict[str, int]:
    """Return the numbers from 1 of names by their folded forms."""
    return {
        fold(form): number
        for number, forms in enumerate(text.split(), 1)
        for form in forms.split("/")
    }
