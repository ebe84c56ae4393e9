"""What to change in a contract so that it accepts files with other columns."""

_CODES = ("header.missing_column", "header.extra_column")


def header_advice(code: str, dataset: str) -> str | None:
    """Return one sentence about a file that was refused with this code; None for other codes."""
    if code not in _CODES:
        return None
    return (
        f"To load such files by contract {dataset}: `optional: true` lets a field's column be "
        "absent, `label` gives it other names, and `extraColumns: ignore` or `rescue` accepts "
        "columns that are not in the contract."
    )
