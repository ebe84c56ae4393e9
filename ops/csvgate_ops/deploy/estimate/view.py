"""The estimate for people: a table of costs by service, then the closest limits."""

from collections.abc import Iterator
from itertools import groupby

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from csvgate_ops.deploy.estimate.bill import Line
from csvgate_ops.deploy.estimate.estimate import Estimate
from csvgate_ops.deploy.estimate.headroom import BUSY_HOURS, Headroom
from csvgate_ops.deploy.estimate.prices import Price

_SHOWN = 6
"""Limits that are shown: those that are closest to being reached."""
_UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB")


def view(found: Estimate) -> RenderableType:
    parts: list[RenderableType] = [Text(_about(found)), "", _costs(found), ""]
    parts += [Text(_nearest(found.limits[0]), style=_style(found.limits[0])), "", _limits(found)]
    return Group(*parts, "", *(Text(note, style="dim") for note in _notes(found)))


def money(amount: float) -> str:
    """Format an amount: to the cent from one dollar, otherwise with two significant digits."""
    if amount >= 1:
        return f"${amount:,.2f}"
    if amount == 0:
        return "$0"
    digits = next((n for n in range(2, 7) if amount >= 10 ** (1 - n)), None)
    return f"${amount:.{digits}f}" if digits else "<$0.00001"


def format_bytes(count: float) -> str:
    for unit in _UNITS:
        if count < 1024 or unit == _UNITS[-1]:
            return f"{count:,.0f} {unit}" if unit == "bytes" else f"{count:,.1f} {unit}"
        count /= 1024
    raise AssertionError("the last unit takes all")


def quantity(count: float) -> str:
    if count >= 100 or count == int(count):
        return f"{count:,.0f}"
    return f"{count:.2f}" if count >= 0.01 else f"{count:.1g}"


def amount(count: float, unit: str) -> tuple[str, str]:
    """Return number and unit. Parts of a GiB are given in a smaller unit."""
    if not unit.startswith("GiB") or unit == "GiB-s":
        return quantity(count), unit
    number, smaller_unit = format_bytes(count * 1024**3).split()
    return number, smaller_unit + unit.removeprefix("GiB")


def percent(share: float) -> str:
    if share >= 0.1:
        return f"{share:,.0%}"
    return f"{share:.1%}" if share >= 0.001 else "<0.1%"


def _about(found: Estimate) -> str:
    size, footprint = found.size, found.footprint
    text = f"{size.rows:,} rows, {format_bytes(size.csv_bytes)} of CSV"
    if size.stored_bytes != size.csv_bytes:
        text += f" ({format_bytes(size.stored_bytes)} as stored)"
    if size.rejected:
        text += f", {size.rejected:,} of them rejected"
    chunks = f"{footprint.chunks:,} chunk" + ("" if footprint.chunks == 1 else "s")
    text += f": {chunks} of {format_bytes(size.wire_bytes)} in all"
    text += f", {format_bytes(size.table_bytes)} into BigQuery"
    if found.scanned:
        text += (
            f"; the statement that changes the table scans at most {format_bytes(found.scanned)}"
        )
    if not size.sampled:
        note = (
            "Bytes after parsing use the ratios of an orders file; give FILE to measure your own."
        )
        return f"{text}.\n{note}"
    if size.sampled < 0.999:
        return f"{text}.\nExtrapolated from the first {percent(size.sampled)} of the file."
    return f"{text}."


def _lines(found: Estimate) -> list[Line]:
    """Return the lines to be shown: a contract that only appends has no statement."""
    return [line for line in found.lines if line.key != "bigquery_scanned" or found.scanned]


def _free(price: Price) -> str:
    amount = f"{quantity(price.free)} {price.unit}"
    return f"{amount} {price.what}" if price.unit == "GiB" else amount


def _costs(found: Estimate) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("service")
    table.add_column("what", overflow="fold")
    table.add_column("per upload", justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    table.add_column("cost", justify="right", no_wrap=True)
    table.add_column(f"per month ({found.uploads:,.0f} uploads)", justify="right")
    for service, group in groupby(_lines(found), key=lambda line: line.price.service):
        lines = list(group)
        for index, line in enumerate(lines):
            table.add_row(
                service if index == 0 else "",
                line.price.what,
                *amount(line.upload_quantity, line.price.unit),
                money(line.upload_cost),
                money(line.month_cost),
            )
    table.add_row("", "", "", "", "", "")
    totals = (money(found.upload_cost), money(found.month_cost))
    table.add_row("total", "", "", "", *totals, style="bold")
    return table


def _nearest(limit: Headroom) -> str:
    text = f"Closest limit: {limit.service}, {limit.what}: {percent(limit.share)} of "
    text += f"{quantity(limit.limit)} {limit.unit}."
    if limit.share > 1:
        text += " The upload would exceed it."
    return text


def _style(limit: Headroom) -> str:
    return "bold red" if limit.share > 1 else "yellow" if limit.share > 0.5 else "green"


def _limits(found: Estimate) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("limit")
    table.add_column("")
    table.add_column("used", justify="right", no_wrap=True)
    table.add_column("of", justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    table.add_column("share", justify="right", no_wrap=True)
    for limit in found.limits[:_SHOWN]:
        table.add_row(
            limit.service,
            limit.what,
            quantity(limit.used),
            quantity(limit.limit),
            limit.unit,
            Text(percent(limit.share), style=_style(limit)),
        )
    return table


def _notes(found: Estimate) -> Iterator[str]:
    prices = found.prices
    yield (
        f"List prices in {prices.currency} for {prices.region} and BigQuery in {prices.tables}, as "
        f"of {prices.checked}; their sources are in ops/csvgate_ops/deploy/estimate/prices.yaml."
    )
    places = found.places
    if (places.functions, places.tables.casefold()) != (prices.region, prices.tables.casefold()):
        yield (
            f"Limits are those of {places.functions} and BigQuery in {places.tables}, where prices "
            "may differ."
        )
    kept = sum(line.month_cost for line in found.lines if line.key.endswith("_kept"))
    yield f"Storage costs {money(kept)} again for every further month."
    free = "; ".join(
        f"{service}: " + ", ".join(map(_free, group))
        for service, group in groupby(
            (line.price for line in _lines(found) if line.price.free), key=lambda p: p.service
        )
    )
    verb = "are subtracted" if found.free else "are not subtracted (--free-tier does that)"
    yield f"The free units of each month {verb}: {free}."
    yield (
        "Not included: SendGrid's plan, queries of the table, logs beyond the free 50 GiB, alert "
        "conditions, builds and images, retries, and traffic that leaves the region."
    )
    if found.console_hour is not None:
        yield (
            f"Not included either: the operators' console, at most {money(found.console_hour)} for "
            "an hour in which it is used."
        )
    if found.emails_per_day:
        plan = found.mail_plan
        which = f"plan {plan.name} is the smallest that suffices" if plan else "no plan suffices"
        yield f"Emails a day: {quantity(found.emails_per_day)}. SendGrid: {which}."
    if found.scanned and found.table_is_assumed:
        yield (
            "The table, or the partitions that the statement reads, are assumed to be as large as "
            "the upload; --table gives their size."
        )
    if found.per_day > 1:
        yield f"The uploads of a day are assumed to arrive evenly within {BUSY_HOURS} hours."
