"""The estimate for people: a table by service, then the limits that are nearest."""

from collections.abc import Iterator
from itertools import groupby

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from csvgate_ops.deploy.estimate.estimate import Estimate
from csvgate_ops.deploy.estimate.headroom import BUSY_HOURS, Headroom
from csvgate_ops.deploy.estimate.prices import Price

_SHOWN = 4
_UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB")


def view(found: Estimate) -> RenderableType:
    parts: list[RenderableType] = [Text(_about(found)), "", _costs(found), ""]
    parts += [Text(_nearest(found.limits[0]), style=_style(found.limits[0])), "", _limits(found)]
    return Group(*parts, "", *(Text(note, style="dim") for note in _notes(found)))


def money(amount: float) -> str:
    """To the cent from a dollar on; below, to two digits that say something."""
    if amount >= 1:
        return f"${amount:,.2f}"
    if amount == 0:
        return "$0"
    digits = next((n for n in range(2, 7) if amount >= 10 ** (1 - n)), None)
    return f"${amount:.{digits}f}" if digits else "<$0.00001"


def bytes_words(count: float) -> str:
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
    """Number and unit; of parts of a GiB, in what they are large numbers of."""
    if not unit.startswith("GiB") or unit == "GiB-s":
        return quantity(count), unit
    number, words = bytes_words(count * 1024**3).split()
    return number, words + unit.removeprefix("GiB")


def percent(share: float) -> str:
    if share >= 0.1:
        return f"{share:,.0%}"
    return f"{share:.1%}" if share >= 0.001 else "<0.1%"


def _about(found: Estimate) -> str:
    size, foot = found.size, found.foot
    told = f"{size.rows:,} rows, {bytes_words(size.csv_bytes)} of CSV"
    if size.stored_bytes != size.csv_bytes:
        told += f" ({bytes_words(size.stored_bytes)} as stored)"
    if size.rejected:
        told += f", {size.rejected:,} of them rejected"
    chunks = f"{foot.chunks:,} chunk" + ("" if foot.chunks == 1 else "s")
    told += f": {chunks} of {bytes_words(size.wire_bytes)} in all"
    told += f", {bytes_words(size.table_bytes)} into BigQuery"
    if not size.sampled:
        note = "Bytes after parsing are by the ratios of an orders file: give FILE for its own."
        return f"{told}.\n{note}"
    if size.sampled < 0.999:
        return f"{told}.\nExtrapolated from the first {percent(size.sampled)} of the file."
    return f"{told}."


def _free(price: Price) -> str:
    words = f"{quantity(price.free)} {price.unit}"
    return f"{words} {price.what}" if price.unit == "GiB" else words


def _costs(found: Estimate) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("service")
    table.add_column("what", overflow="fold")
    table.add_column("an upload", justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    table.add_column("cost", justify="right", no_wrap=True)
    table.add_column(f"a month ({found.uploads:,.0f} uploads)", justify="right")
    for service, group in groupby(found.lines, key=lambda line: line.price.service):
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
    said = f"Nearest limit: {limit.service}, {limit.what}: {percent(limit.share)} of "
    said += f"{quantity(limit.limit)} {limit.unit}."
    if limit.share > 1:
        said += " It would not hold."
    return said


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
        f"List prices in {prices.currency} for {prices.region}, as of {prices.checked}; their "
        "sources are in ops/csvgate_ops/deploy/estimate/prices.yaml."
    )
    kept = sum(line.month_cost for line in found.lines if line.key.endswith("_kept"))
    yield f"What is kept costs {money(kept)} again for every further month that it is kept."
    free = "; ".join(
        f"{service}: " + ", ".join(map(_free, group))
        for service, group in groupby(
            (line.price for line in found.lines if line.price.free), key=lambda p: p.service
        )
    )
    verb = "Taken off the month" if found.free else "Not taken off the month (--free-tier does)"
    yield f"{verb} is what is free each month: {free}."
    yield (
        "Not counted: SendGrid's plan, queries of the table, logs past their free 50 GiB, alert "
        "conditions, builds and images, retries, traffic that leaves the region."
    )
    if found.per_day > 1:
        yield f"A day's uploads are taken to arrive evenly within {BUSY_HOURS} hours."
