"""What `csvgate dlq list`, `groups` and `show` print: the owner, the object and a reference."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from rich.console import Console, RenderableType

from csvgate_ops.cli.dlq._detail_view import detail_view
from csvgate_ops.cli.dlq._tables import groups_table, letters_table
from csvgate_ops.operate.dead_letters.actions.read import read
from csvgate_ops.operate.dead_letters.actions.show import NoSuchLetter, show
from csvgate_ops.operate.dead_letters.content.letter_json import group_json, letter_json
from csvgate_ops.operate.dead_letters.groups import groups
from csvgate_ops.operate.dead_letters.owners import operators_first
from csvgate_ops.operate.references import letter_reference
from csvgate_ops.text import utc
from unit.operate.console.browsing import ENRICH, letter, letter_world, marker
from unit.operate.dead_letters.contexts import LetterWorld
from unit.protocol.orders import orders
from world import letters_of

LATE = datetime(2026, 12, 20, 11, tzinfo=UTC)


@pytest.fixture(scope="module")
def there() -> LetterWorld:
    """One upload with rejected rows, and one failure that is older than its letter."""
    found = letter_world()
    letter(found, ENRICH, marker(), csvgate_code="table.contradicts")
    found.world.validate(found.world.upload("orders/bäckerei.csv", orders(20, bad=2)))
    found.world.drain()
    return found


def printed(what: RenderableType) -> list[str]:
    console = Console(width=220, color_system=None)
    with console.capture() as captured:
        console.print(what)
    return [" ".join(line.split()) for line in captured.get().splitlines()]


def test_the_list_begins_with_the_operators_and_names_objects(there: LetterWorld) -> None:
    letters = operators_first(read(there.context).letters)
    titles, failure, rejection = printed(
        letters_table(letters, there.context, there.context.clock())
    )
    assert "id age owner function code object upload reason" == titles
    assert "operator enrich_records table.contradicts orders" in failure
    assert "uploader validate_and_parse rows.rejected orders/bäckerei.csv" in rejection
    (found,) = (letter_json(it, "") for it in letters if it.is_rejection)
    assert ("uploader", "orders/bäckerei.csv") == (found["owner"], found["object"])
    assert letter_reference(found["topic"], found["id"]) == found["reference"]


def test_groups_begin_with_the_operators_and_name_the_newest_object(there: LetterWorld) -> None:
    found = groups(read(there.context).letters)
    titles, failure, rejection = printed(
        groups_table(found, "code", there.context, there.context.clock())
    )
    assert "owner code letters uploads oldest newest the newest" == titles
    assert failure.startswith("operator table.contradicts 1 1")
    assert rejection.startswith("uploader rows.rejected 1 1")
    assert "orders/bäckerei.csv: 2 of 22 rows were rejected" in rejection
    assert ["operator", "uploader"] == [group_json(group, "")["owner"] for group in found]


def test_a_letter_in_full_has_its_reference_owner_and_remedy(there: LetterWorld) -> None:
    topic = letters_of(ENRICH)
    text = "\n".join(printed(detail_view(show(there.context, "1000", topic=topic), LATE)))
    for expected in (
        f"reference csvgate:letters/{topic}/1000",
        "owner operator",
        "what to do Deploy: it alters the table",
        "dead-lettered 2026-11-21 12:00:00 UTC",
        "expires 2026-12-22 12:00:00 UTC, expires in 2 days",
    ):
        assert expected in text
    with pytest.raises(NoSuchLetter):
        show(there.context, "1000", topic=letters_of("notify_stakeholders"))


def test_lists_warn_of_letters_that_expire_within_days(there: LetterWorld) -> None:
    letters = read(there.context).letters
    for now, is_warned in ((LATE, True), (LATE - timedelta(days=2), False)):
        tables = (
            letters_table(letters, there.context, now),
            groups_table(groups(letters), "code", there.context, now),
        )
        for table in tables:
            assert is_warned == ("expires in 2 days" in "\n".join(printed(table)))
    assert "2026-12-22T12:00:00+00:00" in {letter_json(it, "")["expires_at"] for it in letters}


def test_times_are_in_utc_and_name_it() -> None:
    assert "2026-12-20 11:00:00 UTC" == utc(LATE.astimezone(timezone(timedelta(hours=5))))
