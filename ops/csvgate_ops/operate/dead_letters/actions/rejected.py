"""Send rejected rows through validation again, after their contract was mended.

The reject file goes into the uploads bucket under its own name, which makes it a correction
(docs/architecture.md): only its rows are read, under their own lines, tied to their upload, and a
line that is loaded already is not loaded again. Of an upload that was rejected whole nothing is
loaded, so the file itself is uploaded again.
"""

import threading
from dataclasses import dataclass, field

from csvgate.contracts.hashing import contract_hash
from csvgate.ports import ObjectInfo
from csvgate.protocol.events import UploadValidated
from csvgate.protocol.ledger.entries import OutcomeClaim
from csvgate.runtime.errors import Permanent
from csvgate_ops.operate.dead_letters.acting import Acting, Action, Report, Result
from csvgate_ops.operate.dead_letters.actions.each import Skipped, for_each
from csvgate_ops.operate.dead_letters.audit import AuditTrail
from csvgate_ops.operate.dead_letters.content.masking import pinned_contract
from csvgate_ops.operate.dead_letters.context import DeadLetterContext
from csvgate_ops.operate.dead_letters.dead_letter import DeadLetter
from csvgate_ops.operate.dead_letters.filters import Filter
from csvgate_ops.operate.dead_letters.queue.routes import Route


def replay_rejected(context: DeadLetterContext, wanted: Filter, acting: Acting) -> Report:
    """The rejected rows of every upload whose rejection letter is meant; other letters are
    skipped. Raises Transient and Permanent when the queues cannot be read, or the run not
    recorded."""
    return for_each(context, wanted, acting, _RejectedRows(context))


@dataclass(slots=True)
class _RejectedRows:
    context: DeadLetterContext
    action: Action = "replay rejected rows"
    _sent: dict[str, str] = field(default_factory=dict)
    """Upload → what this run has done: at least one letter comes for an upload."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def plan(self, letter: DeadLetter, route: Route) -> str:  # noqa: ARG002 - the port has it
        info = self._source(letter)
        target = f"gs://{self.context.buckets['uploads']}/{info.name}"
        return f"gs://{info.bucket}/{info.name} → {target}{self._warning(letter)}"

    def do(self, letter: DeadLetter, route: Route, trail: AuditTrail) -> tuple[Result, str]:  # noqa: ARG002
        if earlier := trail.earlier(letter, "replayed"):
            return "done before", f"replayed by run {earlier.run}: {earlier.outcome}"
        with self._lock:  # one at a time: each may be gigabytes through this machine
            done = self._sent.get(letter.upload)
            if done is None:
                done = self._sent[letter.upload] = self._send(self._source(letter))
        trail.mark(letter, "replayed", done)
        return "done", done

    def _source(self, letter: DeadLetter) -> ObjectInfo:
        """The reject file, or the original of an upload rejected whole. Raises Skipped."""
        if not letter.is_rejection:
            raise Skipped("it does not tell of rejected rows: replay it as it is")
        entries = self.context.ledger.upload(letter.upload)
        claim = entries.outcome_claim()
        validated = entries.plan(claim.plan).validated() if claim else None
        if claim is None or validated is None:
            raise Skipped("its upload is still under way: wait for its end")
        return self._reject_file(validated, letter) if _is_loaded(claim) else self._whole(validated)

    def _reject_file(self, validated: UploadValidated, letter: DeadLetter) -> ObjectInfo:
        ref = validated.rejects
        if ref is None:
            raise Skipped("no row of its upload was rejected")
        contract = pinned_contract(letter, self.context)
        if contract is not None and not contract.dialect.header:
            raise Skipped(
                "files of this contract have no header, so a correction of one cannot be"
                " told from a file: upload its rows by hand"
            )
        info = self.context.store.stat(ref.bucket, ref.name)
        if info is None:
            raise Skipped(f"gs://{ref.bucket}/{ref.name} is gone: upload its rows again by hand")
        return info

    def _whole(self, validated: UploadValidated) -> ObjectInfo:
        upload = validated.upload
        info = self.context.store.stat(upload.bucket, upload.name)
        if info is None or info.generation != upload.generation:
            raise Skipped(f"gs://{upload.bucket}/{upload.name} was deleted or uploaded again since")
        return info

    def _send(self, source: ObjectInfo) -> str:
        target = self.context.buckets["uploads"]
        pieces = self.context.store.stream(source.bucket, source.name, source.generation)
        with self.context.store.writer(target, source.name, "text/csv") as out:
            for piece in pieces:
                out.write(piece)
        info = self.context.store.stat(target, source.name)
        if info is None:
            raise Permanent("object.gone", f"gs://{target}/{source.name} vanished as it was made")
        return f"as gs://{target}/{source.name}#{info.generation}"

    def _warning(self, letter: DeadLetter) -> str:
        """That nothing will come of it while the contract is the same."""
        pinned = pinned_contract(letter, self.context)
        current = self.context.contracts.for_dataset(letter.dataset)
        if pinned and current and contract_hash(pinned) == contract_hash(current):
            return "; the contract here is still the one they were rejected by"
        return ""


def _is_loaded(claim: OutcomeClaim) -> bool:
    return claim.outcome == "completed"
