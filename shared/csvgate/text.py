"""Numbers and excerpts as people read them, the same in emails, messages and tools."""


def shorten(text: str, characters: int) -> str:
    """Return the text, or its beginning and an ellipsis, in at most `characters` characters."""
    return text if len(text) <= characters else text[: characters - 1] + "…"


def shorten_middle(text: str, characters: int) -> str:
    """Like `shorten`, but cut in the middle: both ends of an object's name identify it."""
    if len(text) <= characters:
        return text
    tail = characters * 2 // 3
    return f"{text[: characters - tail - 1]}…{text[-tail:]}"


def shorten_bytes(text: str, limit: int) -> str:
    """Return the text, or its beginning and an ellipsis, in at most `limit` bytes of UTF-8.
    Characters stay whole, and lone surrogates become question marks."""
    data = text.encode("utf-8", "replace")
    if len(data) <= limit:
        return data.decode("utf-8")
    return data[: limit - 3].decode("utf-8", "ignore") + "…"


def counted(number: int, noun: str, plural: str = "") -> str:
    """Return a number with its noun: `1 row`, `2,000 rows`; `plural` is for nouns that do not just
    take an s."""
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"


def changed(inserted: int, updated: int, removed: int) -> str:
    """Return what happened to the rows of a table: `3 rows inserted, 1 updated, 0 removed`."""
    return f"{counted(inserted, 'row')} inserted, {updated:,} updated, {removed:,} removed"


def percent(part: int, whole: int) -> str:
    """Return the percentage with one decimal. Only 0 of `whole` is 0%, and only all of it is 100%.
    A dash stands for the percentage of 0."""
    if not whole:
        return "–"
    if part in (0, whole):
        return "100%" if part else "0%"
    share = 100 * part / whole
    if share < 0.1:
        return "<0.1%"
    return ">99.9%" if share > 99.9 else f"{share:.1f}%"
