"""What an operator may do about one upload. Pure."""

from collections.abc import Iterable, Iterator
from typing import Final

from csvgate_ops.operate.breakers import BreakerState
from csvgate_ops.operate.runbook import CATALOGUE, remedy
from csvgate_ops.operate.runbook.model import Then
from csvgate_ops.operate.uploads import Failed, UploadStatus

_NOTIFIER: Final = "notify_stakeholders"
_WORKERS: Final = {"validating": "validate_and_parse", "loading": "enrich_records"}


def hints(
    status: UploadStatus, open_breakers: Iterable[BreakerState], options: str = ""
) -> Iterator[str]:
    """A paragraph each. `options` is what the commands need to be pointed here."""
    for failure in _unmended(status):
        advice = remedy(failure.code) or "See the letter."
        then = _then(failure.code, f"--upload {status.id} --code {failure.code}{options}")
        yield f"{failure.function} gave up, {failure.code}: {advice}\nThen: {then}"
    if not _is_over(status):
        for breaker in open_breakers:
            yield (
                f"The breaker of {breaker.function} is open: if revision {breaker.revision} still "
                f"serves, messages wait. {breaker.tripped_by}\nSee: csvgate breaker{options}"
            )
    if status.state in _WORKERS:
        yield (
            f"Under way. If it stays so, {_WORKERS[status.state]} is being retried: its log says "
            f"why, and what ended all the same is in: "
            f"csvgate dlq list --upload {status.id}{options}"
        )


def _then(code: str, letters: str) -> str:
    entry = CATALOGUE.get(code)
    if entry is None or entry.then is Then.REPLAY:
        return f"csvgate dlq replay {letters} --yes"
    return f'csvgate dlq discard {letters} --reason "…" --yes'


def _unmended(status: UploadStatus) -> Iterator[Failed]:
    """An upload that completed after all has no failures but those of its email."""
    for failure in status.failures:
        if failure.function == _NOTIFIER:
            if not status.emailed:
                yield failure
        elif status.state == "failed":
            yield failure


def _is_over(status: UploadStatus) -> bool:
    """Ended, and the people who wait for an email have it."""
    return status.state in ("ignored", "unknown") or status.emailed
