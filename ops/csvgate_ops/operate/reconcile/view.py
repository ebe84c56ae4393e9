"""Shows the result of a reconciliation in the terminal."""

from rich.table import Table
from rich.text import Text

from csvgate.text import counted
from csvgate_ops.operate.reconcile.facts import Finding
from csvgate_ops.operate.reconcile.run import Report
from csvgate_ops.text import printable


def listing(findings: tuple[Finding, ...]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("code", "upload", "where", "what"):
        table.add_column(title, overflow="fold")
    for finding in findings:
        table.add_row(
            Text(finding.code, style="red"),
            Text(printable(finding.upload)),
            Text(printable(finding.where)),
            Text(printable(finding.message)),
        )
    return table


def summary(report: Report) -> str:
    """Return one line: how many findings there are, and what was checked."""
    found = len(report.findings)
    verdict = counted(found, "finding") if found else "no discrepancies"
    text = (
        f"{verdict}: {counted(report.uploads, 'upload')}, {counted(report.tables, 'table')}, "
        f"{counted(report.reject_files, 'reject file')}, "
        f"{counted(report.objects, 'uploaded object')}; {counted(report.loaded, 'row')} loaded, "
        f"{report.rejected:,} rejected"
    )
    if report.bytes_read:
        text += f"; BigQuery read {report.bytes_read / 1e6:,.1f} MB"
    if report.awaiting:
        text += f"; {counted(report.awaiting, 'failed upload')} in `csvgate dlq`"
    return text
