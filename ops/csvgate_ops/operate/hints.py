"""Advises an operator on one upload. Pure."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from csvgate_ops.header_advice import header_advice
from csvgate_ops.operate.breakers import BreakerState
from csvgate_ops.operate.runbook import CATALOGUE, remedy
from csvgate_ops.operate.runbook.model import NextStep
from csvgate_ops.operate.uploads import Failed, UploadStatus, failure_message
from csvgate_ops.program import program

_NOTIFIER: Final = "notify_stakeholders"
_TABLE: Final = re.compile(r"table ([A-Za-z0-9_]+\.[A-Za-z0-9_]+) ")
"""The beginning of the message of table.contradicts."""
_WAITING: Final = ": sidecar.waiting"
"""The end of the detail of a start that found no sidecar."""
_WORKERS: Final = {
    "validating": "validate_and_parse",
    "loading": "enrich_records",
    "committing": "enrich_records",
}


def hints(
    status: UploadStatus, open_breakers: Iterable[BreakerState], options: str = ""
) -> Iterator[str]:
    """Yield one paragraph per hint. `options` are the command-line options that point a command
    at the same cloud, with a leading space."""
    if status.state == "unknown":
        yield (
            "The ledger does not know it: it has not arrived, or it failed before it was recorded. "
            f"Then its dead letter says why: {program()} dlq list --upload {status.id}{options}"
        )
    if status.ignored == "sidecar":
        yield (
            "Its totals are compared with the upload that it belongs to, which is listed by: "
            f"{program()} status"
        )
    elif status.state == "ignored":
        yield (
            f"Nothing of it is loaded. To draft a contract for such files: {program()} infer FILE "
            "--out DIR, where DIR is the folder of contracts. Then upload the file again."
        )
    if status.state == "rejected" and status.dataset:
        yield from filter(None, (header_advice(r.code, status.dataset) for r in status.reasons))
    yield from _about_revocation(status, options)
    for failure in _open_failures(status):
        advice = remedy(failure.code) or "See the dead letter."
        command = _command(failure.code, f"--upload {status.id} --code {failure.code}{options}")
        yield f"{failure.function} gave up with {failure.code}: {advice}\nThen: {command}"
        if failure.code == "table.contradicts" and not options:
            found = _TABLE.match(failure_message(status, failure))
            table = found[1] if found else "DATASET.TABLE"
            yield (
                "In the local cloud, you can drop the table with its rows before you replay: "
                f'{program()} query "DROP TABLE {table}"'
            )
    if not _is_over(status):
        for breaker in open_breakers:
            yield (
                f"The breaker of {breaker.function} is open: if revision {breaker.revision} is "
                f"still in service, its messages wait. {breaker.tripped_by}\n"
                f"See: {program()} breaker{options}"
            )
    if _waits_for_sidecar(status):
        yield (
            "It waits for the sidecar that states its totals, which is not in the uploads bucket. "
            "csvgate looks for it again for about 14 hours, then it refuses the upload. The name "
            "is that of the contract's `totals.sidecar`. In the local cloud, upload it with: "
            f"{program()} upload SIDECAR --as NAME"
        )
    elif status.state in _WORKERS:
        yield (
            f"In progress. If it stays so, {_WORKERS[status.state]} keeps failing and is retried; "
            "its log says why. After its last attempt the dead letter is listed by: "
            f"{program()} dlq list --upload {status.id}{options}"
        )


def _about_revocation(status: UploadStatus, options: str) -> Iterator[str]:
    revoked = status.revoked
    if revoked is None:
        return
    original = revoked.with_upload or status.id
    if revoked.state == "revoking":
        yield (
            "Its rows are being removed. If the command was interrupted, this continues it: "
            f'csvgate revoke {original} --reason "…" --yes{options}'
        )
    else:
        yield f'To load the same rows again: csvgate restore {original} --reason "…" --yes{options}'


def _waits_for_sidecar(status: UploadStatus) -> bool:
    failed = [step.detail for step in status.timeline if step.what == "start failed"]
    return status.state == "validating" and bool(failed) and failed[-1].endswith(_WAITING)


def _command(code: str, selection: str) -> str:
    entry = CATALOGUE.get(code)
    if entry is None or entry.next_step is NextStep.REPLAY:
        return f"{program()} dlq replay {selection} --yes"
    return f'{program()} dlq discard {selection} --reason "…" --yes'


def _open_failures(status: UploadStatus) -> Iterator[Failed]:
    """Yield the failures that still matter: once an upload completed, only those of its email."""
    for failure in status.failures:
        if failure.function == _NOTIFIER:
            if not status.emailed:
                yield failure
        elif status.state == "failed":
            yield failure


def _is_over(status: UploadStatus) -> bool:
    """Return whether nothing more will happen: the email is sent, or none is due."""
    return status.state in ("ignored", "unknown") or status.emailed
