"""Tables of letters and of groups for the terminal."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from csvgate.text import shorten, shorten_middle
from csvgate_ops.operate.dead_letters.content.masking import message_of
from csvgate_ops.operate.dead_letters.context import DeadLetterContext
from csvgate_ops.operate.dead_letters.dead_letter import DeadLetter
from csvgate_ops.operate.dead_letters.expiry import expires_soon
from csvgate_ops.operate.dead_letters.groups import Group
from csvgate_ops.operate.dead_letters.owners import owner_of_letter
from csvgate_ops.operate.runbook import Owner
from csvgate_ops.text import printable

_MOST_CODE = 40
_MOST_NAME = 60
_MOST_REASON = 300


def age(then: datetime, now: datetime) -> str:
    """Return an age in one unit: 45 s, 12 min, 3 h, 9 d."""
    seconds = max(0, int((now - then).total_seconds()))
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size or (size < 86400 and seconds >= size):
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def letters_table(
    letters: Iterable[DeadLetter], context: DeadLetterContext, now: datetime
) -> RenderableType:
    table = _table("id", "age", "owner", "function", "code", "object", "upload", "reason")
    table.columns[1].justify = "right"
    table.columns[0].no_wrap = True
    table.columns[7].ratio = 1
    for letter in letters:
        replayed = f"replayed {letter.replays}×: " if letter.replays else ""
        table.add_row(
            Text(printable(letter.id)),
            _age(letter, now),
            _owner(owner_of_letter(letter)),
            Text(printable(letter.function)),
            Text(shorten(printable(letter.code), _MOST_CODE), style="red"),
            Text(shorten_middle(printable(letter.object_name or letter.dataset), _MOST_NAME)),
            letter.upload[:8],
            Text(replayed + _reason(letter, context)),
        )
    return table


def groups_table(
    groups: Sequence[Group], by: str, context: DeadLetterContext, now: datetime
) -> RenderableType:
    table = _table("owner", by, "letters", "uploads", "oldest", "newest", "the newest")
    for column in table.columns[2:6]:
        column.justify = "right"
    table.columns[6].ratio = 1
    for group in groups:
        table.add_row(
            _owner(group.owner),
            Text(printable(group.key) or "unknown", style="red" if by == "code" else ""),
            f"{group.count:,}",
            f"{group.uploads:,}",
            Text.assemble(age(group.oldest, now), _warning(group.expires_at, now)),
            age(group.newest, now),
            Text(_named(group.example) + _reason(group.example, context)),
        )
    return table


def _age(letter: DeadLetter, now: datetime) -> Text:
    return Text.assemble(age(letter.published_at, now), _warning(letter.expires_at, now))


def _warning(expires_at: datetime | None, now: datetime) -> tuple[str, str]:
    words = expires_soon(expires_at, now)
    return f" {words}" if words else "", "bold red"


def _owner(owner: Owner) -> Text:
    return Text(owner, style="bold" if owner == "operator" else "dim")


def _reason(letter: DeadLetter, context: DeadLetterContext) -> str:
    return shorten(printable(message_of(letter, context)), _MOST_REASON)


def _named(letter: DeadLetter) -> str:
    name = shorten_middle(printable(letter.object_name), _MOST_NAME)
    return f"{name}: " if name else ""


def _table(*titles: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", expand=True)
    for title in titles:
        table.add_column(title, overflow="fold")
    return table
