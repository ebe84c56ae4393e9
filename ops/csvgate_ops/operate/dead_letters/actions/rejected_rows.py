"""Validate rejected rows again, after their contract was fixed.

The reject file is copied into the uploads bucket under its own name, which makes it a correction
(docs/architecture.md): only its rows are read, with the line numbers and the upload id they had,
and a line that is already loaded is not loaded again. When a whole file was rejected, none of its
rows are loaded, so the file itself is uploaded again.
"""

import threading
from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from google_crc32c import Checksum

from csvgate.ports import ObjectInfo
from csvgate.protocol.events import UploadRef
from csvgate.protocol.ledger.attempts import end_of_upload
from csvgate.protocol.ledger.entries import Seal
from csvgate.runtime.errors import Permanent, Transient
from csvgate.text import counted
from csvgate_ops.operate.dead_letters.actions.action import SelectionAction, Skipped
from csvgate_ops.operate.dead_letters.actions.run import run_action
from csvgate_ops.operate.dead_letters.content.masking import pinned_contract
from csvgate_ops.operate.dead_letters.context import DeadLetterContext
from csvgate_ops.operate.dead_letters.dead_letter import DeadLetter
from csvgate_ops.operate.dead_letters.filters import Filter
from csvgate_ops.operate.dead_letters.queue.routes import Route
from csvgate_ops.operate.dead_letters.rejecting_contract import is_unchanged, number_unchanged
from csvgate_ops.operate.dead_letters.runs import Report, RunOptions

UNCHANGED: Final = "the contract is still the one that rejected them"
"""What the command, the confirmation page and the letter's page say."""


def validate_rejected_rows(
    context: DeadLetterContext, wanted: Filter, options: RunOptions
) -> Report:
    """Validate again the rejected rows of every upload whose letter is selected; letters about
    anything else are skipped. Raises Transient and Permanent when the queues cannot be read or the
    run cannot be recorded."""
    operation = _ValidateRejectedRows(context)
    return run_action(VALIDATE_REJECTED_ROWS, operation, context, wanted, options)


def _remarks(context: DeadLetterContext, letters: Sequence[DeadLetter]) -> Iterator[str]:
    number = number_unchanged(letters, context)
    if number:
        yield (
            f"For {counted(number, 'letter')}, {UNCHANGED}: those rows would be rejected again. "
            "Deploy the corrected contract first."
        )


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
    remarks=_remarks,
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
        received, end = entries.received(), end_of_upload(entries)
        seal = entries.seal(end.decision.seal) if end else None
        if received is None or end is None or seal is None:
            raise Skipped("its upload is still being processed: wait until it has finished")
        if end.finished.outcome == "completed":
            return self._reject_file(seal, letter)
        return self._uploaded_file(received.upload)

    def _reject_file(self, seal: Seal, letter: DeadLetter) -> ObjectInfo:
        ref = seal.rejects
        if ref is None:
            raise Skipped("no row of its upload was rejected")
        contract = pinned_contract(letter, self.context)
        if contract is not None and not contract.dialect.header:
            raise Skipped(
                "files of this contract have no header, so a correction cannot be distinguished"
                " from a new file: upload its rows by hand"
            )
        info = self.context.store.stat(ref.bucket, ref.name, ref.generation)
        if info is None:
            raise Skipped(
                f"gs://{ref.bucket}/{ref.name} no longer exists as it was written: upload its rows"
                " by hand"
            )
        return info

    def _uploaded_file(self, upload: UploadRef) -> ObjectInfo:
        info = self.context.store.stat(upload.bucket, upload.name)
        if info is None or info.generation != upload.generation:
            raise Skipped(
                f"gs://{upload.bucket}/{upload.name} has since been deleted or overwritten"
            )
        return info

    def _upload(self, source: ObjectInfo) -> str:
        """Copy the object into the uploads bucket, where it takes the place of an earlier one.
        Nothing appears there if the bytes were damaged on their way."""
        target, where = self.context.buckets["uploads"], f"gs://{source.bucket}/{source.name}"
        pieces = self.context.store.stream(
            source.bucket, source.name, source.generation, source.size
        )
        checksum: Any = Checksum()  # type: ignore[no-untyped-call]  # the library is untyped
        with self.context.store.writer(target, source.name, "text/csv", replace=True) as out:
            for piece in pieces:
                checksum.update(piece)
                out.write(piece)
            if b64encode(checksum.digest()).decode() != source.crc32c:
                raise Transient("storage.corrupt", f"{where}: the bytes read have another CRC32C")
            info = out.finish()
        if info is None:
            raise Permanent(
                "object.gone", f"gs://{target}/{source.name} disappeared right after it was written"
            )
        return f"as gs://{target}/{source.name}#{info.generation}"

    def _warning(self, letter: DeadLetter) -> str:
        """Return a warning that the result will be the same, because the contract is."""
        return f"; but {UNCHANGED}" if is_unchanged(letter, self.context) else ""
