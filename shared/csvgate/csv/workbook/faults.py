"""The faults of workbooks."""

from csvgate.validation.faults import FileFault


def damaged(what: str, row: int = 1) -> FileFault:
    """Return the fault of a workbook that is not as the file format says. `row` is the number of
    the row in question, if there is one."""
    message = f"the workbook is damaged: {what}; open it in Excel, save it and upload it again"
    return FileFault("file.workbook_damaged", message, row)


def too_large(what: str, row: int = 1) -> FileFault:
    """Return the fault of a workbook that exceeds a limit; `what` begins with a verb."""
    message = f"the workbook {what}; split it, or export the sheet as CSV"
    return FileFault("file.workbook_too_large", message, row)
