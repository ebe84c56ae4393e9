"""After a fix in the contract, only the rejected rows are read again, with their line numbers."""

from dataclasses import replace

from csvgate.contracts.load import load_directory
from csvgate.contracts.match import Contracts
from csvgate_ops.operate.dead_letters.actions.read import read
from csvgate_ops.operate.dead_letters.actions.rejected_rows import validate_rejected_rows
from csvgate_ops.operate.dead_letters.actions.replay import replay
from csvgate_ops.operate.dead_letters.actions.show import show
from csvgate_ops.operate.dead_letters.filters import Filter
from csvgate_ops.operate.dead_letters.runs import RunOptions
from unit.operate.dead_letters.contexts import REALLY, LetterWorld, letter_world
from unit.protocol.invariants import loaded, rejected
from unit.protocol.orders import HEADER, orders, row
from unit.protocol.test_pipeline import upload_id
from world import ROOT, World, finalized

GOOD, BAD = 40, 4
NAME = "orders/a.csv"


def contracts(countries: tuple[str, ...] = (), rate: float | None = None) -> Contracts:
    """The orders contract, with more countries or another limit."""
    contract = load_directory(ROOT / "contracts").for_dataset("orders")
    assert contract is not None
    fields = []
    for field in contract.schema_.fields:
        if field.name == "country":
            enum = (*(field.constraints.enum or ()), *countries)
            rules = field.constraints.model_copy(update={"enum": enum})
            field = field.model_copy(update={"constraints": rules})  # noqa: PLW2901
        fields.append(field)
    schema = contract.schema_.model_copy(update={"fields": tuple(fields)})
    limits = contract.limits
    if rate is not None:
        limits = limits.model_copy(update={"rejected_rate": rate})
    return Contracts([contract.model_copy(update={"schema_": schema, "limits": limits})])


def foreign(valid: int, bad: int) -> bytes:
    """Orders, `bad` of which are from a country that the contract does not allow yet."""
    rows = [row(n) for n in range(valid)]
    for n in range(bad):
        rows.insert(n * 3, row(10_000 + n).replace(b",DE,", b",XK,"))
    return HEADER + b"".join(rows)


def began(data: bytes) -> tuple[LetterWorld, str]:
    there = letter_world(World(contracts=contracts()))
    there.world.validate(there.world.upload(NAME, data))
    there.world.drain()
    return there, upload_id(there.world, NAME)


def with_contracts(there: LetterWorld, fixed: Contracts) -> LetterWorld:
    """Deploy contracts: the functions restart with them, and the operator has them too."""
    there.world.contracts = fixed
    there.world.restart()
    return replace(there, context=replace(there.context, contracts=fixed))


def deliver_uploads(there: LetterWorld, seen: set[int]) -> None:
    """Notify the pipeline of new objects, as Cloud Storage does."""
    for stored in list(there.world.store.buckets["uploads"].values()):
        if stored.info.generation not in seen:
            seen.add(stored.info.generation)
            there.world.validate(finalized(stored.info))
    there.world.drain()


def generations(there: LetterWorld) -> set[int]:
    return {stored.info.generation for stored in there.world.store.buckets["uploads"].values()}


def test_after_a_contract_fix_only_the_rejected_rows_are_loaded_with_their_line_numbers() -> None:
    there, original = began(foreign(GOOD, BAD))
    lines = sorted(rejected(there.world))
    before = loaded(there.world)
    assert (GOOD, BAD) == (len(before), len(lines))
    seen = generations(there)
    there = with_contracts(there, contracts(("XK",)))
    report = validate_rejected_rows(there.context, Filter(uploads=(original,)), REALLY)
    assert 1 == report.count("done")
    assert 0 == there.left()
    deliver_uploads(there, seen)
    rows = loaded(there.world)
    assert before == rows[:GOOD], "what was loaded is left alone"
    assert [(original, line) for line in lines] == sorted(rows[GOOD:])
    (correction,) = there.world.ledger.upload(original).corrections()
    assert original == there.world.ledger.upload(correction).corrects()
    read_rows = [event.counts.read for event in there.world.finished()]
    assert [GOOD + BAD, BAD] == read_rows, "only the rejected rows are read again"


def test_without_a_fix_the_dry_run_warns_and_nothing_is_loaded() -> None:
    there, original = began(foreign(GOOD, BAD))
    (outcome,) = validate_rejected_rows(
        there.context, Filter(uploads=(original,)), RunOptions()
    ).outcomes
    assert "contract is still the one that rejected them" in outcome.detail
    there = with_contracts(there, contracts(("XK",)))
    (outcome,) = validate_rejected_rows(
        there.context, Filter(uploads=(original,)), RunOptions()
    ).outcomes
    assert "still the one" not in outcome.detail


def test_rows_validated_twice_are_loaded_once() -> None:
    there, original = began(foreign(GOOD, BAD))
    seen = generations(there)
    there = with_contracts(there, contracts(("XK",)))
    letters = list(there.world.letters("validate_and_parse"))
    for _ in range(2):
        validate_rejected_rows(there.context, Filter(uploads=(original,)), REALLY)
        deliver_uploads(there, seen)
        there.world.publisher.topics["validate-and-parse-dead-letter"] += letters
    assert GOOD + BAD == len(loaded(there.world)) == len(set(loaded(there.world)))


def test_a_file_rejected_as_a_whole_is_uploaded_again() -> None:
    there, original = began(foreign(4, 4))
    assert [] == loaded(there.world)
    seen = generations(there)
    there = with_contracts(there, contracts(("XK",)))
    assert 1 == validate_rejected_rows(there.context, Filter(uploads=(original,)), REALLY).count(
        "done"
    )
    deliver_uploads(there, seen)
    assert 8 == len(loaded(there.world))
    assert {original} != {upload for upload, _ in loaded(there.world)}


def test_a_rejected_file_that_was_overwritten_since_is_skipped() -> None:
    there, original = began(foreign(4, 4))
    there.world.upload(NAME, orders(3))
    (outcome,) = validate_rejected_rows(there.context, Filter(uploads=(original,)), REALLY).outcomes
    assert "skipped" == outcome.result
    assert "deleted or overwritten" in outcome.detail
    assert 1 == there.left()


def test_a_missing_reject_file_is_reported() -> None:
    there, original = began(foreign(GOOD, BAD))
    there.world.store.buckets["rejects"].clear()
    (outcome,) = validate_rejected_rows(there.context, Filter(uploads=(original,)), REALLY).outcomes
    assert ("skipped", True) == (outcome.result, "no longer exists" in outcome.detail)
    assert 1 == there.left()


def test_a_reject_file_that_was_edited_in_place_is_not_sent_again() -> None:
    there, original = began(foreign(GOOD, BAD))
    (name,) = there.world.store.buckets["rejects"]
    there.world.store.put("rejects", name, b"anything")
    (outcome,) = validate_rejected_rows(there.context, Filter(uploads=(original,)), REALLY).outcomes
    assert ("skipped", True) == (outcome.result, "as it was written" in outcome.detail)
    assert name not in there.world.store.buckets["uploads"]


def test_a_damaged_read_sends_nothing_and_can_be_repeated() -> None:
    there, original = began(foreign(GOOD, BAD))
    (name,) = there.world.store.buckets["rejects"]
    there.world.store.corrupt = lambda bucket, _, data: (
        data.replace(b"XK", b"DE") if bucket == "rejects" else data
    )
    (outcome,) = validate_rejected_rows(there.context, Filter(uploads=(original,)), REALLY).outcomes
    assert ("failed", True) == (outcome.result, "storage.corrupt" in outcome.detail)
    assert name not in there.world.store.buckets["uploads"]
    assert 1 == there.left()
    there.world.store.corrupt = lambda _bucket, _name, data: data
    report = validate_rejected_rows(there.context, Filter(uploads=(original,)), REALLY)
    assert 1 == report.count("done")
    assert name in there.world.store.buckets["uploads"]


def test_an_upload_that_has_not_ended_is_waited_for() -> None:
    there = letter_world(World(contracts=contracts()))
    there.world.validate(there.world.upload(NAME, foreign(GOOD, BAD)))
    (outcome,) = validate_rejected_rows(there.context, Filter(), REALLY).outcomes
    assert ("skipped", True) == (outcome.result, "still being processed" in outcome.detail)


def test_a_replay_skips_letters_about_rejected_rows_and_says_what_to_do() -> None:
    there, _ = began(foreign(GOOD, BAD))
    (outcome,) = replay(there.context, Filter(), REALLY).outcomes
    assert "skipped" == outcome.result
    assert "validate the rejected rows again" in outcome.detail
    assert 1 == there.left()


def test_the_letter_shows_counts_and_rows() -> None:
    there, _ = began(foreign(GOOD, BAD))
    detail = show(there.context, read(there.context).letters[0].id, rows=2)
    assert {"constraint.enum": BAD} == detail.counts
    assert detail.reject_rows is not None
    assert (BAD, 2) == (detail.reject_rows.total, len(detail.reject_rows.rows))
    countries = detail.reject_rows.columns.index("country")
    assert {"XK"} == {cells[countries] for cells in detail.reject_rows.rows}
    assert not detail.replayable
    assert detail.upload is not None
    assert "completed" == detail.upload.state
