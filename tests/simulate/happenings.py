"""What people, operators and services do in the scenarios."""

import json
from datetime import timedelta

from csvgate.ports import Message
from csvgate.protocol.events import RECORDS_VALIDATED
from csvgate.protocol.ledger.attempts import end_of_upload
from csvgate.protocol.ledger.paths import CHUNK_STREAM, SEAL
from simulate.promise import outcomes
from simulate.sequence import Happening, Sequence
from simulate.world import shop
from simulate.world.cloud import Revision
from simulate.world.crash import Crash, require, require_equal
from simulate.world.parcels import label
from world import VALIDATED

MOST_SILENT_STARTS = 12
"""Five that are older than the timeout, the few that begin before these are old, the one that gives
up, and the replay."""
LOADER = "enrich_records"


def all_of(*happenings: Happening) -> Happening:
    def happen(sequence: Sequence) -> None:
        for each in happenings:
            each(sequence)

    return happen


def send(name: str, file: shop.File) -> Happening:
    def happen(sequence: Sequence) -> None:
        sequence.people.send(name, file)

    return happen


def deploy(revision: Revision) -> Happening:
    def happen(sequence: Sequence) -> None:
        sequence.redeploy(revision)

    return happen


def alternate(other: Revision, most: int = 1000) -> Happening:
    """Deploy the other revision, and the first one again, in turns, until so many deliveries have
    ended."""

    def happen(sequence: Sequence) -> None:
        first = sequence.scenario.revision
        is_other = sequence.cloud.revision == first and sequence.deliveries < most
        sequence.redeploy(other if is_other else first)

    return happen


def wait(**units: float) -> Happening:
    def happen(sequence: Sequence) -> None:
        sequence.cloud.now += timedelta(**units)

    return happen


def correct(sequence: Sequence) -> None:
    for name in list(sequence.cloud.store.buckets["rejects"])[:1]:
        sequence.people.correct(name, fixed=9)


def delete_file(sequence: Sequence) -> None:
    sequence.people.delete(sequence.people.sent[0].upload.name)


def other_reference(sequence: Sequence) -> None:
    sequence.people.touch_reference()


def long_reference(sequence: Sequence) -> None:
    sequence.people.touch_reference(shop.LONG_SHOPS)


def unstage(sequence: Sequence) -> None:
    sequence.people.unstage(sequence.people.sent[0].upload.id)


def hide_staging(sequence: Sequence) -> None:
    """The bucket is deleted, and deliveries fail every few minutes."""
    del sequence.cloud.store.buckets["staging"]
    sequence.mailroom.most_backoff = timedelta(minutes=5)


def restore_staging(sequence: Sequence) -> None:
    sequence.cloud.store.buckets["staging"] = {}


def require_reasons(sequence: Sequence) -> None:
    """csvgate counts its starts: no letter was forwarded by the platform without a reason."""
    for function, _, letter in sequence.mailroom.letters():
        code = letter.attributes.get("csvgate-code")
        require(bool(code), f"a letter of {function} has no reason")


def remove_rows(most: int) -> Happening:
    def happen(sequence: Sequence) -> None:
        sequence.people.remove_rows(most)

    return happen


def drop_table(sequence: Sequence) -> None:
    sequence.people.drop_table()


def require_column(sequence: Sequence) -> None:
    sequence.people.require_column()


def repair_table(sequence: Sequence) -> None:
    sequence.people.repair_table()


def lose_streams(sequence: Sequence) -> None:
    """BigQuery loses every stream, and an hour passes."""
    for name in list(sequence.cloud.warehouse.streams):
        sequence.cloud.warehouse.expire(name)
    sequence.cloud.now += timedelta(hours=1)


def forget_a_stream(sequence: Sequence) -> None:
    """If there was a commit, BigQuery does not remember one of its streams any more."""
    streams = sequence.cloud.warehouse.streams
    committed = [name for name, there in streams.items() if there.state == "committed"]
    sequence.noted = bool(committed)
    if committed:
        sequence.cloud.warehouse.lifetimes.remembered = timedelta(days=30)
        sequence.cloud.warehouse.expire(committed[-1])


def add_to_stream(sequence: Sequence) -> None:
    """Something else appends to a stream of csvgate."""
    ledger = sequence.cloud.unwatched_ledger()
    for sent in sequence.people.sent:
        for parts in ledger.find(CHUNK_STREAM, upload=sent.upload.id):
            claim = ledger.get(CHUNK_STREAM, **parts)
            stream = sequence.cloud.warehouse.streams.get(claim.stream) if claim else None
            if stream is not None and stream.rows and stream.state == "open":
                stream.rows.append({**stream.rows[-1], "_line": 99})
                # Its attempt may be abandoned now.
                sequence.people.unstaged.add(sent.upload.id)


def repeat_old_messages(sequence: Sequence) -> None:
    """Once the file is sealed again, the messages of the first seal are delivered again."""
    sealed = [SEAL.parse(name) for name in sequence.cloud.store.buckets["ledger"]]
    if sequence.noted or not any(parts and parts["seal"] == 2 for parts in sealed):
        return
    sequence.noted = True
    for message in list(sequence.cloud.publisher.topics[VALIDATED]):
        if message.attributes["ce-seal"] == "1":
            sequence.mailroom.post("enrich_records", label(message), message=message)


def repeat_chunks(sequence: Sequence) -> None:
    """The messages of all chunks are delivered again."""
    for message in list(sequence.cloud.publisher.topics[VALIDATED]):
        sequence.mailroom.post("enrich_records", label(message), message=message)


def require_one_letter(sequence: Sequence) -> None:
    """Unless something else went wrong, a failed upload has one letter, and is announced once."""
    if sequence.points:
        return
    letters = [letter for function, _, letter in sequence.mailroom.letters() if function == LOADER]
    require_equal(1, len(letters), "letters of enrich_records")
    failed = [event for event in outcomes(sequence.cloud) if event.outcome == "failed"]
    require_equal(1, len(failed), "announced failures")


def forge(sequence: Sequence) -> None:
    """A stranger publishes the message of the first chunk with the address of the second one."""
    topic = sequence.cloud.publisher.topics[VALIDATED]
    chunks = [m for m in topic if m.attributes["ce-type"] == RECORDS_VALIDATED]
    if len(chunks) > 1:
        first, second = (json.loads(message.data) for message in chunks[:2])
        data = json.dumps({**second, "index": first["index"], "rows": first["rows"]}).encode()
        attributes = {**chunks[0].attributes, "ce-dataref": second["dataref"]}
        topic.insert(0, Message(data, attributes))


def attempt_must_be(number: int, *, only_if_forgotten: bool = False) -> Happening:
    def happen(sequence: Sequence) -> None:
        if only_if_forgotten and not sequence.noted:
            return
        (sent,) = sequence.people.sent
        end = end_of_upload(sequence.cloud.ledger.upload(sent.upload.id))
        require_equal(number, end and end.attempt, "the attempt that ended")

    return happen


def workbook(_: Sequence, data: bytes) -> bytes:
    return b"PK\x03\x04" + data[4:]


def part(_: Sequence, data: bytes) -> bytes:
    """A part that ends with a line, so that it looks whole."""
    return data[: data.rindex(b"\n", 0, -1) + 1]


def die_silently(sequence: Sequence, _: bytes) -> bytes:
    """The instance runs out of memory, as every one that reads the file will."""
    sequence.corrupt_next = die_silently
    raise Crash


def heal(sequence: Sequence) -> None:
    """Somebody deploys with more memory."""
    sequence.corrupt_next = None


def require_few_starts(sequence: Sequence) -> None:
    """The upload was given up with the reason, after a few starts, and its replay was read."""
    (sent,) = sequence.people.sent
    entries = sequence.cloud.unwatched_ledger().upload(sent.upload.id)
    codes = [note.code for _, note in entries.notes()]
    require("upload.killed" in codes, f"the upload was not given up as killed: {codes}")
    number = entries.starts().number
    require(number <= MOST_SILENT_STARTS, f"{number} starts of an upload that kills every one")


def overwrite(sequence: Sequence, data: bytes) -> bytes:
    sequence.people.send(sequence.people.sent[0].upload.name, shop.file("8"))
    return data
