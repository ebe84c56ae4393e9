"""Markdown tables, and numbers for people."""

from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, words: bool = False) -> str:
    """The first column is left-aligned; the others are right-aligned unless they are words."""
    lines = [f"| {' | '.join(head)} |", "|---|" + ("---|" if words else "--:|") * (len(head) - 1)]
    lines += [f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows]
    return "\n".join(lines) + "\n"


def micro(value: float) -> str:
    """Microseconds with three significant digits."""
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:.0f}"


def times(value: float) -> str:
    return f"{value:.2f}×" if value < 10 else f"{value:.1f}×" if value < 100 else f"{value:.0f}×"


def rate(micros_per_row: float) -> str:
    """Rows per second from microseconds per row."""
    rows = 1e6 / micros_per_row
    return f"{rows / 1e6:.2f} M" if rows >= 1e5 else f"{rows / 1e3:.1f} k"


def mebibytes(value: float) -> str:
    return f"{value / 2**20:,.0f} MiB"


def milliseconds(seconds: float) -> str:
    value = seconds * 1000
    return f"{value:.1f} ms" if value < 10 else f"{value:.0f} ms"


def percent(share: float) -> str:
    return f"{share:.0%}"
