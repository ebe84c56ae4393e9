"""Check what csvgate promises about every upload against the state of the services, once nothing is
under way any more."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from csvgate.protocol.events import UploadFinished
from csvgate.protocol.ledger.attempts import End, end_of_upload
from csvgate.protocol.ledger.entries import Received, Seal
from csvgate.protocol.ledger.ledger import UploadLedger
from csvgate.protocol.ledger.revocations import REVOKED_CODE, RevocationLedger
from csvgate.protocol.messages.attributes import UPLOAD, attribute
from csvgate.protocol.messages.outcome import end_of, parse_outcome
from intake.deadlines.time_limits import MOST_OVERRUNS
from simulate.world import shop
from simulate.world.changed_tables import (
    BY_STATEMENT,
    Load,
    has_revocations,
    history,
    rows_of,
    sequential,
)
from simulate.world.cloud import Cloud
from simulate.world.crash import require, require_equal
from simulate.world.indexed import check_index
from simulate.world.people import Key, People, Sent, key_of
from simulate.world.revocations import is_revoked
from simulate.world.watch import was_changed
from world import COMPLETE

REPORTS = frozenset({"rows.rejected", "limit.rejected"})
"""Letters about rows: they report an end, and excuse nothing."""

TOO_LATE: dict[str | None, tuple[str, ...]] = {
    "daily": ("upload.superseded",),
    "whole": ("upload.superseded",),
    BY_STATEMENT: ("unique.in_table",),
}
"""By folder the codes with which an upload may be rejected although its rows are valid."""
REFUSALS = frozenset({"file.overwrite", "file.gone", "file.too_slow"})
"""Codes of uploads that are rejected whatever their rows are."""


def check(people: People) -> None:
    """Raises Violation."""
    _Check(people).all()


def require_end_or_letter(people: People) -> None:
    """Nothing is under way: every upload has ended, or there is a letter to replay for it. Raises
    Violation."""
    for sent in people.sent:
        reason = f"{sent.upload.id} is stuck: it has not ended, and no letter is about it"
        require(is_over(people, sent) or any(open_letters(people, sent)), reason)


def is_over(people: People, sent: Sent) -> bool:
    """Whether the upload has ended, or was ignored because no contract matched it."""
    entries = people.cloud.unwatched_ledger().upload(sent.upload.id)
    if entries.received() is None or sent.upload.id in people.pinned_late:
        return entries.ignored() is not None
    return end_of_upload(entries) is not None


def open_letters(people: People, sent: Sent) -> Iterator[tuple[str, int]]:
    """The letters about an upload that were not replayed and report no end: function and place."""
    generation = f'"{sent.upload.generation}"'.encode()
    for function, place, letter in people.mailroom.letters():
        if (function, place) in people.mailroom.replayed or function == "notify_stakeholders":
            continue
        code = letter.attributes.get("csvgate-code", "")
        about = letter.attributes.get("csvgate-upload") or attribute(letter.attributes, UPLOAD)
        ours = about == sent.upload.id or (
            function == "validate_and_parse" and not about and generation in letter.data
        )
        if ours and code not in REPORTS:
            yield function, place


def outcomes(cloud: Cloud) -> list[UploadFinished]:
    return [parse_outcome(m) for m in cloud.publisher.topics[COMPLETE]]


@dataclass(frozen=True, slots=True)
class _Ended:
    entries: UploadLedger
    received: Received
    end: End
    seal: Seal

    @property
    def version(self) -> int:
        return shop.version_of(self.received.contract)

    @property
    def codes(self) -> set[str]:
        return {reason.code for reason in self.seal.reasons}


@dataclass
class _Check:
    people: People

    def __post_init__(self) -> None:
        self.cloud = self.people.cloud
        self.events = outcomes(self.cloud)
        self.expected: dict[Key, tuple[shop.Row, str]] = {}
        """Each row, and the city that enriches it."""
        self.loads: dict[str, list[Load]] = {way: [] for way in shop.WAYS}
        """The loads that change rows of their table, those that came too late included."""

    def all(self) -> None:
        for sent in self.people.sent:
            ended = self._ended(sent)
            if ended is not None and sent.corrected is None:
                self._upload(sent, ended)
        self._rows()
        self._changed_tables()
        self._one_holder()
        check_index(self.people)

    def _upload(self, sent: Sent, ended: _Ended) -> None:
        outcome, seal, version = ended.end.finished.outcome, ended.seal, ended.version
        if outcome == "rejected" and ended.codes & REFUSALS:
            self._refused(sent, ended)
            return
        if ended.end.finished.code == "upload.identical":
            self._left_out(sent, ended)
            return
        if ended.end.finished.code == REVOKED_CODE:
            require_equal("rejected", outcome, f"outcome of {sent.upload.name}, which is revoked")
            return
        too_late = ended.end.finished.code in TOO_LATE.get(sent.way, ())
        decided = "completed" if too_late else outcome
        expected = sent.file.expected(version, replaces=sent.replaces)
        require_equal(expected, decided, f"outcome of {sent.upload.name}")
        valid, rejected = sent.file.valid_lines(version), sent.file.rejected_lines(version)
        if rejected or decided == "rejected":
            require(self._has_letter(sent.upload.id, seal.plan), "rejected rows without a letter")
        if not sent.file.unreadable:
            counts = seal.counts
            found = (counts.read, counts.valid, counts.rejected)
            require_equal((len(sent.file.rows), len(valid), len(rejected)), found, "counts")
            require_equal(rejected, self._reject_lines(seal), "lines in the reject file")
        if decided == "completed" and not is_revoked(self.people, sent.upload.id):
            self._expect(sent, sent, ended, {n: sent.file.rows[n - 2] for n in valid})
        if outcome == "completed":
            self._corrections(sent, ended, set(rejected))

    def _refused(self, sent: Sent, ended: _Ended) -> None:
        if "file.overwrite" in ended.codes:
            require(sent.refuses, f"{sent.upload.name} was refused without a reason")
            return
        if "file.too_slow" in ended.codes:
            overruns = ended.entries.starts().overruns
            require(overruns >= MOST_OVERRUNS, f"{sent.upload.name} is said to be too slow")
            return
        require(sent.gone, f"{sent.upload.name} is said to be gone without a reason")
        first = ended.end.decision.seal == 1
        lost = sent.upload.id in self.people.unstaged
        require(first or lost, f"{sent.upload.name} is said to be gone, but a seal stood")

    def _left_out(self, sent: Sent, ended: _Ended) -> None:
        """The rows of an upload that was skipped are those of another one, which is loaded."""
        twin = ended.seal.identical
        require(twin is not None, f"{sent.upload.name} was skipped for no other upload")
        assert twin is not None
        other, loaded = self.people.sent_as(twin.id), self._end(twin.id)
        require(other is not sent, f"{sent.upload.name} was skipped because of itself")
        require_equal(sent.file, other.file, "the file of the other upload")
        outcome = loaded.end.finished.outcome if loaded else None
        require_equal("completed", outcome, f"outcome of the twin of {sent.upload.name}")

    def _expect(self, origin: Sent, sent: Sent, ended: _Ended, rows: dict[int, shop.Row]) -> None:
        (pinned,) = ended.received.references.values()
        city = self.people.city(pinned.generation)
        upload, at = origin.upload.id, ended.seal.ingested_at
        if origin.way is None:
            self.expected |= {(upload, n, at): (row, city) for n, row in rows.items()}
            return
        if origin.way == BY_STATEMENT and ended.end.finished.outcome == "rejected":
            return
        values = {n: (row.id, int(row.amount), city) for n, row in rows.items()}
        load = Load(upload, at, origin.upload.name, sent is not origin, values)
        self.loads[origin.way].append(load)

    def _corrections(self, origin: Sent, ended: _Ended, still_open: set[int]) -> None:
        by_id = {sent.upload.id: sent for sent in self.people.sent}
        for upload in ended.entries.corrections():
            corrected = by_id[upload].corrected or {}
            own = self._end(upload)
            if own is None:
                continue
            finished, too_late = own.end.finished, TOO_LATE.get(origin.way, ())
            if finished.outcome == "rejected" and finished.code not in too_late:
                continue
            version = own.version
            loaded = {n for n, row in corrected.items() if n in still_open and row.valid(version)}
            require_equal(len(loaded), own.seal.counts.valid, "rows loaded by a correction")
            back = sorted(set(corrected) - loaded)
            require_equal(back, sorted(self._reject_lines(own.seal)), "lines handed back again")
            if not is_revoked(self.people, upload):
                require(not is_revoked(self.people, origin.upload.id), "a correction stays behind")
                self._expect(origin, by_id[upload], own, {n: corrected[n] for n in loaded})
            if finished.outcome == "completed":
                still_open -= loaded

    def _end(self, upload: str) -> _Ended | None:
        entries = self.cloud.ledger.upload(upload)
        received, end = entries.received(), end_of_upload(entries)
        if received is None or end is None:
            return None
        seal = entries.seal(end.decision.seal)
        require(seal is not None, f"{upload} ended without a seal")
        assert seal is not None
        return _Ended(entries, received, end, seal)

    def _ended(self, sent: Sent) -> _Ended | None:
        """There is one terminal event per attempt, and one email for each end. An attempt follows
        a completed one only if somebody deleted its rows before csvgate knew its end. None if the
        upload was ignored because no contract matched it."""
        upload = sent.upload.id
        terminal = {
            e
            for e in self.events
            if e.upload.id == upload and e.outcome in ("completed", "rejected")
        }
        ended = self._end(upload)
        if ended is None:
            require(is_over(self.people, sent), f"{upload} did not end")
            require(
                self.cloud.without_contracts, f"{upload} was ignored, but a contract matches it"
            )
            require_equal(set(), terminal, f"{upload} was ignored, but was announced")
        else:
            end, seal = ended.end, ended.seal
            load = seal.corrects or upload, seal.ingested_at
            published = [
                (e.outcome, e.attempt, e.counts, e.plan)
                for e in terminal
                if e.attempt == end.attempt
                or not (was_changed(self.people, load) or self._was_restored(upload, e.attempt))
            ]
            expected = [(end.finished.outcome, end.attempt, seal.counts, seal.plan)]
            require_equal(expected, published, f"terminal events of {upload}")
        announced = {end_of(event) for event in self.events if event.upload.id == upload}
        messages = self.cloud.publisher.topics[COMPLETE]
        ids = [m.attributes["ce-id"] for m in messages if m.attributes["ce-uploadid"] == upload]
        require_equal(len(announced), len(set(ids)), f"identifiers of events of {upload}")
        self._emails(upload, announced)
        return ended

    def _was_restored(self, upload: str, attempt: int) -> bool:
        entries = self.cloud.ledger.upload(upload).attempt(attempt)
        return RevocationLedger(entries).restored() is not None

    def _emails(self, upload: str, announced: AbstractSet[str]) -> None:
        sent = Counter(
            email.custom_args["end"]
            for email in self.cloud.mailer.sent
            if email.custom_args["upload_id"] == upload
        )
        require_equal(announced, set(sent), f"ends of {upload} sent by email")
        for end, number in sent.items():
            most = 1 + self.people.second_emails[upload, end]
            require(number <= most, f"{number} emails say that {upload} {end}, not {most}")

    def _has_letter(self, upload: str, plan: str) -> bool:
        return any(
            letter.attributes.get("csvgate-upload") == upload
            and letter.attributes.get("csvgate-plan") == plan
            for letter in self.cloud.letters("validate_and_parse")
        )

    def _reject_lines(self, seal: Seal) -> list[int]:
        if seal.rejects is None:
            return []
        stored = self.cloud.store.buckets["rejects"].get(seal.rejects.name)
        require(stored is not None, f"there is no reject file {seal.rejects.name}")
        assert stored is not None
        found = stored.info.generation, stored.info.crc32c
        sealed = seal.rejects.generation, seal.rejects.crc32c
        require_equal(sealed, found, f"generation and checksum of {seal.rejects.name}")
        text = stored.data.decode()
        return [int(row["_csvgate_line"]) for row in csv.DictReader(io.StringIO(text))]

    def _rows(self) -> None:
        rows = self.cloud.warehouse.rows(shop.TABLE)
        found = Counter((row["_upload_id"], row["_line"]) for row in rows)
        require_equal([], [key for key, n in found.items() if n > 1], "rows that are there twice")
        keys = set(map(key_of, rows))
        require_equal([], sorted(keys - self.expected.keys()), "rows that should not be there")
        lost = self.expected.keys() - keys - self.people.removed
        require_equal([], sorted(lost), "rows that are lost")
        for row in rows:
            ours, city = self.expected[key_of(row)]
            expected = (ours.id, int(ours.amount), city)
            require_equal(expected, (row["id"], row["amount"], row["city"]), "a row's values")

    def _changed_tables(self) -> None:
        """The tables are as after a sequential execution in the order of the objects."""
        for way, ended in self.loads.items():
            loads = ended
            found = rows_of(self.people, way)
            if has_revocations(self.people, way):
                # What rows replace depends on when they were revoked.
                loads = history(self.people, way)
                if way == BY_STATEMENT:
                    continue
            require_equal(sequential(way, loads), found, f"the rows of {way}")
        rows = rows_of(self.people, BY_STATEMENT)
        ids = Counter(values[0] for values in rows.values())
        require_equal([], [key for key, n in ids.items() if n > 1], "keys that are there twice")

    def _one_holder(self) -> None:
        """At most one upload of a name that refuses to be overwritten is loaded."""
        loaded = Counter(
            sent.upload.name
            for sent in self.people.sent
            if sent.refuses
            and (ended := self._end(sent.upload.id)) is not None
            and ended.end.finished.outcome == "completed"
        )
        require_equal([], [name for name, n in loaded.items() if n > 1], "names loaded twice")
