"""A warning of a check in words, as emails, `csvgate status` and `csvgate check` show it."""

from csvgate.protocol.events import CheckWarning
from csvgate.text import counted


def warning_text(warning: CheckWarning) -> str:
    """Return for example `net is below tax (7 rows: lines 4, 9, 12, 13, 20 and others)`."""
    lines = ", ".join(str(line) for line in warning.lines)
    label = "line" if len(warning.lines) == 1 else "lines"
    more = " and others" if warning.rows > len(warning.lines) else ""
    return f"{warning.message} ({counted(warning.rows, 'row')}: {label} {lines}{more})"
