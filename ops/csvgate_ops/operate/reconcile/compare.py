"""What does not add up between the ledger, the tables and the reject files. Pure."""

from collections.abc import Container, Iterable, Iterator, Mapping

from csvgate.text import counted
from csvgate_ops.operate.reconcile.facts import (
    Finding,
    Key,
    Patience,
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
    patience: Patience,
    under_way: Container[Key] = (),
) -> list[Finding]:
    """`rejects` by upload id: of those with a reject file that was looked at. `under_way` are
    uploads that committed while we looked: their rows are no surprise."""
    known = {upload.id: upload for upload in uploads}
    by_key = {upload.key: upload for upload in known.values()}
    findings: list[Finding] = []
    for upload in known.values():
        findings += _within(upload, patience)
        if upload.id in rejects:
            findings += _reject_file(upload, rejects[upload.id])
    for table in tables:
        if table.missing:
            findings += _no_table(table, known.values())
            continue
        groups = {group.key: group for group in table.groups}
        for upload in known.values():
            if upload.table == table.id and upload.committed:
                findings += _loaded(upload, groups.get(upload.key), table.id)
        for group in table.groups:
            if group.key not in under_way:
                findings += _unexpected(group, by_key, table.id, patience)
        for repeated in table.repeated:
            findings.append(_repeated(repeated, table.id))
    return findings


def _within(upload: UploadFacts, patience: Patience) -> Iterator[Finding]:
    """What the ledger alone tells."""
    counts = upload.counts
    if counts is not None and counts.read != counts.valid + counts.rejected:
        yield _of(
            upload,
            "counts.unequal",
            f"{counts.read:,} rows read are not {counts.valid:,} valid + {counts.rejected:,} "
            "rejected",
        )
    if upload.finished or upload.failed or not patience.is_over(upload):
        return
    since = f"since {upload.received_at:%Y-%m-%d %H:%M}Z"
    if upload.committed:
        yield _of(
            upload, "upload.unfinished", f"loaded, but nobody was told: its end is due {since}"
        )
    else:
        step = "validated" if upload.counts else "received"
        yield _of(
            upload,
            "upload.stuck",
            f"{step} and no further {since}, without a dead letter that says why",
        )


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
            message=f"{counted(found.rows, 'row')} in the reject file, {expected:,} were rejected",
        )


def _loaded(upload: UploadFacts, group: RowGroup | None, table: str) -> Iterator[Finding]:
    expected = upload.counts.valid if upload.counts else 0
    there = group.lines if group else 0
    if there == expected:
        return
    code = "rows.missing" if there < expected else "rows.surplus"
    yield Finding(
        code=code,
        upload=upload.id,
        where=table,
        message=f"{there:,} of its lines are in the table, {expected:,} were committed",
    )


def _unexpected(
    group: RowGroup,
    by_key: Mapping[Key, UploadFacts],
    table: str,
    patience: Patience,
) -> Iterator[Finding]:
    """Rows that no upload has committed to this table."""
    upload = by_key.get(group.key)
    if upload is not None and upload.committed and upload.table == table:
        return
    if upload is not None and upload.outcome == "completed" and not patience.is_over(upload):
        return
    id_, at = group.key
    rows = f"{counted(group.rows, 'row')} of {at:%Y-%m-%d %H:%M:%S}Z"
    if upload is None:
        code, message = "rows.orphan", f"{rows} that no upload in the ledger accounts for"
    else:
        code, message = "rows.uncommitted", f"{rows} that the ledger has not committed"
    yield Finding(code=code, upload=id_, where=table, message=message)


def _repeated(repeated: Repeated, table: str) -> Finding:
    return Finding(
        code="rows.duplicate",
        upload=repeated.upload,
        where=table,
        message=f"{counted(repeated.lines, 'line')} more than once, {repeated.rows:,} rows in all, "
        f"the first of line {repeated.first}",
    )


def _no_table(table: TableFacts, uploads: Iterable[UploadFacts]) -> Iterator[Finding]:
    loaded = [u for u in uploads if u.table == table.id and u.committed]
    if loaded:
        yield Finding(
            code="table.missing",
            upload="",
            where=table.id,
            message=f"the table is gone; loaded into it: {counted(len(loaded), 'upload')}",
        )


def _of(upload: UploadFacts, code: str, message: str) -> Finding:
    return Finding(code=code, upload=upload.id, where=upload.name, message=message)
