"""What changed rules about whole rows, and changed totals, do to uploads."""

from csvgate.contracts.model import Contract
from csvgate_ops.author.diff.model import Findings, accepts, refuses


def row_changes(old: Contract, new: Contract) -> Findings:
    yield from _checks(old, new)
    yield from _totals(old, new)


def _checks(old: Contract, new: Contract) -> Findings:
    before, after = ({c.sql: c for c in contract.checks} for contract in (old, new))
    for sql, check in after.items():
        was = before.get(sql)
        if check.severity == "error" and (was is None or was.severity == "warn"):
            yield refuses("checks", f"rows are rejected now for which this is false: {sql}")
        elif check.severity == "warn" and was is None:
            yield accepts("checks", f"a warning counts the rows now for which this is false: {sql}")
    for sql, check in before.items():
        now = after.get(sql)
        if check.severity == "error" and (now is None or now.severity == "warn"):
            yield accepts("checks", f"rows are accepted now for which this is false: {sql}")
        elif now is None:
            yield accepts("checks", f"no warning counts the rows for which this is false: {sql}")


def _totals(old: Contract, new: Contract) -> Findings:
    if old.totals == new.totals:
        return
    if new.totals is None:
        yield accepts("totals", "files are accepted now that differ from their totals")
    else:
        where = new.totals.sidecar or "their footer"
        yield refuses("totals", f"files are refused now that differ from the totals in {where}")
