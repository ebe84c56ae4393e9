"""A reconciliation in a terminal."""

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
    """One line: what was looked at, and how much did not add up."""
    found = len(report.findings)
    verdict = "all adds up" if not found else f"{counted(found, 'thing')} does not add up"
    if found > 1:
        verdict = verdict.replace("does", "do")
    text = (
        f"{verdict}: {counted(report.uploads, 'upload')}, {counted(report.tables, 'table')}, "
        f"{counted(report.reject_files, 'reject file')}; {counted(report.loaded, 'row')} loaded, "
        f"{report.rejected:,} rejected"
    )
    if report.bytes_read:
        text += f"; BigQuery read {report.bytes_read / 1e6:,.1f} MB"
    if report.awaiting:
        text += f"; {counted(report.awaiting, 'failed upload')} left to `csvgate dlq`"
    return text
