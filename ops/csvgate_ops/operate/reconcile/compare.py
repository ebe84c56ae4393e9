"""Finds discrepancies between the ledger, the tables and the reject files. Pure."""

from collections.abc import Container, Iterable, Iterator, Mapping
from datetime import datetime

from csvgate.text import counted
from csvgate_ops.operate.reconcile.facts import (
    Deadline,
    Finding,
    Key,
    RejectFacts,
    Repeated,
    RowGroup,
    TableFacts,
    UploadFacts,
)


def compare(
    uploads: Iterable[UploadFacts],
    tables: Iterable[TableFacts],
    rejects: Mapping[str, RejectFacts],
    deadline: Deadline,
    in_progress: Container[Key] = (),
    with_letters: Container[str] = (),
) -> list[Finding]:
    """Return the findings. `rejects` has the reject files that were read, by upload id.
    `in_progress` are uploads that committed between the reading of the ledger and of the tables, or
    that arrived before the period; their rows are expected. `with_letters` are uploads with a dead
    letter in a review subscription, so that they are not stuck."""
    known = {upload.id: upload for upload in uploads}
    by_key = {upload.key: upload for upload in known.values() if upload.key}
    findings: list[Finding] = []
    for upload in known.values():
        findings += _counts(upload)
        if not (upload.finished or upload.failures or upload.id in with_letters):
            findings += _stuck(upload, deadline)
        findings += _revoking(upload, deadline)
        if upload.id in rejects:
            findings += _reject_file(upload, rejects[upload.id])
    for table in tables:
        if table.missing:
            findings += _no_table(table, known.values())
            continue
        groups = {group.key: group for group in table.groups}
        changed = _last_change(table.id, known.values())
        for upload in known.values():
            if upload.table == table.id and upload.committed:
                group = groups.get(upload.key) if upload.key else None
                findings += _loaded(upload, group, table.id, changed)
        for group in table.groups:
            if group.key not in in_progress:
                findings += _not_committed(group, by_key, table.id, deadline)
        for repeated in table.repeated:
            findings.append(_repeated(repeated, table.id))
    return findings


def _counts(upload: UploadFacts) -> Iterator[Finding]:
    counts = upload.counts
    if counts is not None and counts.read != counts.valid + counts.rejected:
        yield _finding(
            upload,
            "counts.unequal",
            f"{counts.read:,} rows were read, but {counts.valid:,} valid + {counts.rejected:,} "
            "rejected rows are recorded",
        )


def _stuck(upload: UploadFacts, deadline: Deadline) -> Iterator[Finding]:
    """Yield the finding about an upload that has neither ended nor failed in time."""
    if not deadline.has_passed(upload):
        return
    since = f"since {upload.received_at:%Y-%m-%d %H:%M} UTC"
    if upload.may_be_committed:
        yield _finding(
            upload,
            "upload.unfinished",
            f"decided to commit, but its completion was not announced {since}",
        )
    else:
        step = "sealed" if upload.counts else "received"
        yield _finding(
            upload,
            "upload.stuck",
            f"{step}, but no progress and no dead letter {since}",
        )


def _revoking(upload: UploadFacts, deadline: Deadline) -> Iterator[Finding]:
    """Yield the finding about a revocation that was begun and is not finished in time."""
    at = upload.revoked_at
    if upload.revoked == "begun" and at is not None and deadline.is_over(at):
        message = (
            f"its rows are being revoked since {at:%Y-%m-%d %H:%M} UTC; `csvgate revoke "
            f"{upload.corrects or upload.id}` continues that"
        )
        yield _finding(upload, "revoke.unfinished", message)


def _reject_file(upload: UploadFacts, found: RejectFacts) -> Iterator[Finding]:
    expected = upload.counts.rejected if upload.counts else 0
    if found.rows is None and found.expired:
        return
    where = f"gs://{upload.rejects.bucket}/{upload.rejects.name}" if upload.rejects else ""
    if found.rows is None:
        yield Finding(
            code="rejects.missing",
            upload=upload.id,
            where=where,
            message=f"the reject file with {counted(expected, 'row')} is gone",
        )
    elif found.rows != expected:
        yield Finding(
            code="rejects.rows",
            upload=upload.id,
            where=where,
            message=f"the reject file has {counted(found.rows, 'row')}; {expected:,} were rejected",
        )


def _last_change(table: str, uploads: Iterable[UploadFacts]) -> datetime | None:
    """Return when the last upload arrived that may have changed rows of others."""
    changing = (each for each in uploads if each.table == table and each.changes_others)
    return max((each.received_at for each in changing if each.decision == "commit"), default=None)


def _loaded(
    upload: UploadFacts, group: RowGroup | None, table: str, changed: datetime | None
) -> Iterator[Finding]:
    """Yield a finding if the table has not exactly the rows that were committed. Rows of an upload
    that later ones may replace can only be too many. `changed` is that of `_last_change`."""
    expected = upload.counts.valid if upload.counts and not upload.replaced else 0
    there = group.lines if group else 0
    may_lose = upload.may_lose_rows or (changed is not None and upload.received_at < changed)
    if there == expected or (may_lose and there < expected):
        return
    code = "rows.missing" if there < expected else "rows.surplus"
    why = (
        "another generation of its object has replaced it"
        if upload.replaced
        else f"{expected:,} were committed"
    )
    message = f"{there:,} of its lines are in the table, but {why}"
    yield Finding(code=code, upload=upload.id, where=table, message=message)


def _not_committed(
    group: RowGroup,
    by_key: Mapping[Key, UploadFacts],
    table: str,
    deadline: Deadline,
) -> Iterator[Finding]:
    """Yield a finding if no upload has committed these rows to this table."""
    upload = by_key.get(group.key)
    if upload is not None and upload.committed and upload.table == table:
        return
    in_time = upload is not None and (upload.revoked == "begun" or not deadline.has_passed(upload))
    if upload is not None and upload.may_be_committed and in_time:
        return
    id_, at = group.key
    rows = f"{counted(group.rows, 'row')} of {at:%Y-%m-%d %H:%M:%S} UTC"
    if upload is None:
        code, message = "rows.orphan", f"{rows} whose upload is not in the ledger"
    else:
        code, message = "rows.uncommitted", f"{rows} that are not committed in the ledger"
    yield Finding(code=code, upload=id_, where=table, message=message)


def _repeated(repeated: Repeated, table: str) -> Finding:
    return Finding(
        code="rows.duplicate",
        upload=repeated.upload,
        where=table,
        message=f"{counted(repeated.lines, 'line')} more than once, in {repeated.rows:,} rows; "
        f"the first is line {repeated.first}",
    )


def _no_table(table: TableFacts, uploads: Iterable[UploadFacts]) -> Iterator[Finding]:
    loaded = [u for u in uploads if u.table == table.id and u.committed]
    if loaded:
        yield Finding(
            code="table.missing",
            upload="",
            where=table.id,
            message=f"the table is gone; {counted(len(loaded), 'upload')} had been loaded into it",
        )


def _finding(upload: UploadFacts, code: str, message: str) -> Finding:
    return Finding(code=code, upload=upload.id, where=upload.name, message=message)
