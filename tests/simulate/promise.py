"""Check what csvgate promises about every upload against the state of the services, once nothing is
under way any more."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from csvgate.protocol.events import UploadFinished, UploadValidated
from csvgate.protocol.ledger.entries import OutcomeClaim
from csvgate.protocol.ledger.ledger import UploadLedger
from csvgate.protocol.messages.outcome import end_of, parse_outcome
from simulate.world import shop
from simulate.world.cloud import Cloud
from simulate.world.crash import require, require_equal
from simulate.world.people import People, Sent
from world import COMPLETE

Key = tuple[str, int]


def check(people: People) -> None:
    """Raises Violation."""
    _Check(people).all()


def outcomes(cloud: Cloud) -> list[UploadFinished]:
    return [parse_outcome(m) for m in cloud.publisher.topics[COMPLETE]]


@dataclass
class _Check:
    people: People

    def __post_init__(self) -> None:
        self.cloud = self.people.cloud
        self.events = outcomes(self.cloud)
        self.expected: dict[Key, shop.Row] = {}

    def all(self) -> None:
        for sent in self.people.sent:
            if sent.corrected is None:
                self._upload(sent)
            else:
                self._ended(sent)
        self._rows()
        self._one_holder()

    def _upload(self, sent: Sent) -> None:
        entries = self._ended(sent)
        claim = entries.outcome_claim()
        if claim is None:
            return
        version, validated = self._judged(entries, claim)
        codes = {reason.code for reason in validated.reasons}
        if claim.outcome == "rejected" and codes & {"file.overwrite", "file.gone"}:
            excused = sent.refuses if "file.overwrite" in codes else sent.gone
            require(excused, f"{sent.upload.name} was rejected without a reason: {codes}")
            return
        require_equal(sent.file.expected(version), claim.outcome, f"outcome of {sent.upload.name}")
        valid, rejected = sent.file.valid_lines(version), sent.file.rejected_lines(version)
        if rejected or claim.outcome == "rejected":
            require(self._has_letter(sent.upload.id, claim.plan), "rejected rows without a letter")
        if not sent.file.unreadable:
            counts = validated.counts
            found = (counts.read, counts.valid, counts.rejected)
            require_equal((len(sent.file.rows), len(valid), len(rejected)), found, "counts")
            require_equal(rejected, self._reject_lines(validated), "lines in the reject file")
        if claim.outcome == "completed" and entries.is_committed():
            self.expected |= {(sent.upload.id, n): sent.file.rows[n - 2] for n in valid}
            self._corrections(sent, entries, set(rejected))

    def _corrections(self, origin: Sent, entries: UploadLedger, still_open: set[int]) -> None:
        by_id = {sent.upload.id: sent for sent in self.people.sent}
        for upload in entries.corrections():
            corrected = by_id[upload].corrected or {}
            own = self.cloud.ledger.upload(upload)
            claim = own.outcome_claim()
            if claim is None or claim.outcome == "rejected":
                continue
            version, validated = self._judged(own, claim)
            loaded = {n for n, row in corrected.items() if n in still_open and row.valid(version)}
            require_equal(len(loaded), validated.counts.valid, "rows loaded by a correction")
            back = sorted(set(corrected) - loaded)
            require_equal(back, sorted(self._reject_lines(validated)), "lines handed back again")
            if own.is_committed():
                self.expected |= {(origin.upload.id, n): corrected[n] for n in loaded}
                still_open -= loaded

    def _ended(self, sent: Sent) -> UploadLedger:
        """One terminal event and one email, or a dead letter that explains why there is none."""
        upload = sent.upload.id
        entries = self.cloud.ledger.upload(upload)
        claim = entries.outcome_claim()
        terminal = {e for e in self.events if e.upload.id == upload and e.outcome != "failed"}
        if entries.is_finished():
            require(claim is not None, f"{upload} is finished without a claim")
            published = {event.outcome for event in terminal}
            require_equal(
                {claim.outcome if claim else None}, published, f"terminal events of {upload}"
            )
            require_equal(1, len(terminal), f"different terminal events of {upload}")
        else:
            require_equal(set(), terminal, f"{upload} is not finished, but was announced")
            codes = set(self._letters_about(sent))
            require(
                bool(codes & self._excuses(sent)),
                f"{upload} did not end, and its letters do not excuse it: {sorted(codes)}",
            )
        announced = {end_of(event) for event in self.events if event.upload.id == upload}
        messages = self.cloud.publisher.topics[COMPLETE]
        ids = [m.attributes["ce-id"] for m in messages if m.attributes["ce-uploadid"] == upload]
        require_equal(len(announced), len(set(ids)), f"identifiers of events of {upload}")
        self._emails(upload, announced)
        return entries

    def _letters_about(self, sent: Sent) -> Iterator[str]:
        """The codes of its dead letters; "" for those that the platform forwarded."""
        generation = f'"{sent.upload.generation}"'.encode()
        for function, _, letter in self.people.mailroom.letters():
            code = letter.attributes.get("csvgate-code", "")
            ours = letter.attributes.get("csvgate-upload") == sent.upload.id
            forwarded = function == "validate_and_parse" and not code and generation in letter.data
            if ours or forwarded:
                yield code

    def _excuses(self, sent: Sent) -> set[str]:
        excuses = set()
        if self.people.streams_expired:
            excuses.add("stream.gone")
        if sent.corrected is not None:
            origin = next(s for s in self.people.sent if f".{s.upload.id}-" in sent.upload.name)
            entries = self.cloud.ledger.upload(origin.upload.id)
            before = [entries, *map(self.cloud.ledger.upload, entries.corrections())]
            if not all(each.is_finished() for each in before):
                excuses.add("")  # it waits for an end that will not come
        return excuses

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

    def _judged(self, entries: UploadLedger, claim: OutcomeClaim) -> tuple[int, UploadValidated]:
        plan = entries.plan(claim.plan)
        pinned, validated = plan.plan(), plan.validated()
        assert pinned is not None
        require(validated is not None, "an upload ended before it was validated")
        assert validated is not None
        return shop.version_of(pinned.contract), validated

    def _reject_lines(self, validated: UploadValidated) -> list[int]:
        if validated.rejects is None:
            return []
        stored = self.cloud.store.buckets["rejects"].get(validated.rejects.name)
        require(stored is not None, f"there is no reject file {validated.rejects.name}")
        text = stored.data.decode() if stored else ""
        return [int(row["_csvgate_line"]) for row in csv.DictReader(io.StringIO(text))]

    def _rows(self) -> None:
        rows = self.cloud.warehouse.rows(shop.TABLE)
        found = Counter((row["_upload_id"], row["_line"]) for row in rows)
        require_equal([], [key for key, n in found.items() if n > 1], "rows that are there twice")
        require_equal([], sorted(found.keys() - self.expected), "rows that should not be there")
        require_equal([], sorted(self.expected.keys() - found), "rows that are lost")
        cities: dict[str, set[str]] = {}
        for row in rows:
            ours = self.expected[row["_upload_id"], row["_line"]]
            require_equal((ours.id, int(ours.amount)), (row["id"], row["amount"]), "a row's values")
            cities.setdefault(row["_ingested_at"], set()).add(row["city"])
        for found_cities in cities.values():
            require(len(found_cities) == 1, f"references were mixed: {sorted(found_cities)}")

    def _one_holder(self) -> None:
        """At most one upload of a name that refuses to be overwritten is loaded."""
        loaded = Counter(
            sent.upload.name
            for sent in self.people.sent
            if sent.refuses
            and (claim := self.cloud.ledger.upload(sent.upload.id).outcome_claim()) is not None
            and claim.outcome == "completed"
        )
        require_equal([], [name for name, n in loaded.items() if n > 1], "names loaded twice")
