"""Validate rejected rows again, after their contract was fixed.

The reject file is copied into the uploads bucket under its own name, which makes it a correction
(docs/architecture.md): only its rows are read, with the line numbers and the upload id they had,
and a line that is already loaded is not loaded again. When a whole file was rejected, none of its
rows are loaded, so the file itself is uploaded again.
"""

import threading
from dataclasses import dataclass, field

from csvgate.contracts.hashing import contract_hash
from csvgate.ports import ObjectInfo
from csvgate.protocol.events import UploadValidated
from csvgate.protocol.ledger.entries import OutcomeClaim
from csvgate.runtime.errors import Permanent
from csvgate_ops.operate.dead_letters.actions.action import SelectionAction, Skipped
from csvgate_ops.operate.dead_letters.actions.run import run_action
from csvgate_ops.operate.dead_letters.content.masking import pinned_contract
from csvgate_ops.operate.dead_letters.context import DeadLetterContext
from csvgate_ops.operate.dead_letters.dead_letter import DeadLetter
from csvgate_ops.operate.dead_letters.filters import Filter
from csvgate_ops.operate.dead_letters.queue.routes import Route
from csvgate_ops.operate.dead_letters.runs import Report, RunOptions


def validate_rejected_rows(
    context: DeadLetterContext, wanted: Filter, options: RunOptions
) -> Report:
    """Validate again the rejected rows of every upload whose letter is selected; letters about
    anything else are skipped. Raises Transient and Permanent when the queues cannot be read or the
    run cannot be recorded."""
    operation = _ValidateRejectedRows(context)
    return run_action(VALIDATE_REJECTED_ROWS, operation, context, wanted, options)


def _preview(context: DeadLetterContext, _letter: DeadLetter, _route: Route) -> str:
    """Reads nothing from the ledger, because there may be thousands of letters."""
    return f"have the rejected rows sent to gs://{context.buckets['uploads']} again"


VALIDATE_REJECTED_ROWS = SelectionAction(
    name="validate rejected rows again",
    verb="replayed",
    applies_to=lambda letter: letter.is_rejection,
    otherwise="it does not report rejected rows; replay it instead",
    run=validate_rejected_rows,
    preview=_preview,
    title="Validate the rejected rows of {letters} again",
    command="replay",
    flag="--rejected-rows",
    summary="Validate rejected rows again, after the contract was fixed.",
    explanation="The contract that is deployed now decides. Rows keep their line numbers and their "
    "upload. Rows that are still invalid are returned in a new reject file.",
)


@dataclass(slots=True)
class _ValidateRejectedRows:
    context: DeadLetterContext
    _done: dict[str, str] = field(default_factory=dict)
    """Upload → what this run did for it: an upload may have several letters."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def plan(self, letter: DeadLetter, route: Route) -> str:  # noqa: ARG002 - the protocol has it
        info = self._source(letter)
        target = f"gs://{self.context.buckets['uploads']}/{info.name}"
        return f"gs://{info.bucket}/{info.name} → {target}{self._warning(letter)}"

    def do(self, letter: DeadLetter, route: Route, run: str) -> str:  # noqa: ARG002
        with self._lock:  # one at a time, because a file of gigabytes goes through this machine
            done = self._done.get(letter.upload)
            if done is None:
                done = self._done[letter.upload] = self._upload(self._source(letter))
        return done

    def _source(self, letter: DeadLetter) -> ObjectInfo:
        """Return the reject file, or the uploaded file if all of it was rejected. Raises
        Skipped."""
        entries = self.context.ledger.upload(letter.upload)
        claim = entries.outcome_claim()
        validated = entries.plan(claim.plan).validated() if claim else None
        if claim is None or validated is None:
            raise Skipped("its upload is still being processed: wait until it has finished")
        return (
            self._reject_file(validated, letter)
            if _is_loaded(claim)
            else self._uploaded_file(validated)
        )

    def _reject_file(self, validated: UploadValidated, letter: DeadLetter) -> ObjectInfo:
        ref = validated.rejects
        if ref is None:
            raise Skipped("no row of its upload was rejected")
        contract = pinned_contract(letter, self.context)
        if contract is not None and not contract.dialect.header:
            raise Skipped(
                "files of this contract have no header, so a correction cannot be distinguished"
                " from a new file: upload its rows by hand"
            )
        info = self.context.store.stat(ref.bucket, ref.name)
        if info is None:
            raise Skipped(f"gs://{ref.bucket}/{ref.name} no longer exists: upload its rows by hand")
        return info

    def _uploaded_file(self, validated: UploadValidated) -> ObjectInfo:
        upload = validated.upload
        info = self.context.store.stat(upload.bucket, upload.name)
        if info is None or info.generation != upload.generation:
            raise Skipped(
                f"gs://{upload.bucket}/{upload.name} has since been deleted or overwritten"
            )
        return info

    def _upload(self, source: ObjectInfo) -> str:
        target = self.context.buckets["uploads"]
        pieces = self.context.store.stream(source.bucket, source.name, source.generation)
        with self.context.store.writer(target, source.name, "text/csv") as out:
            for piece in pieces:
                out.write(piece)
        info = self.context.store.stat(target, source.name)
        if info is None:
            raise Permanent(
                "object.gone", f"gs://{target}/{source.name} disappeared right after it was written"
            )
        return f"as gs://{target}/{source.name}#{info.generation}"

    def _warning(self, letter: DeadLetter) -> str:
        """Return a warning that the result will be the same, because the contract is."""
        pinned = pinned_contract(letter, self.context)
        current = self.context.contracts.for_dataset(letter.dataset)
        if pinned and current and contract_hash(pinned) == contract_hash(current):
            return "; but the contract is still the one that rejected them"
        return ""


def _is_loaded(claim: OutcomeClaim) -> bool:
    return claim.outcome == "completed"
