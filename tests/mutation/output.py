"""Bugs in what the engine writes: chunks, append requests, reject files, reasons."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

from csvgate.chunks import append_requests, arrow
from csvgate.rejects import reject_file
from csvgate.rejects.reject_file import RejectFile
from csvgate.rejects.summary import Reasons
from simulate.world.swap import swapped

Patch = Callable[[], AbstractContextManager[Any]]


def _middle_row_lost() -> AbstractContextManager[Any]:
    """A chunk with an odd number of rows loses one where it is halved."""

    def halved(rows: Any, max_bytes: int) -> list[arrow.EncodedChunk]:
        data = arrow._stream(rows)
        if len(data) <= max_bytes or rows.num_rows == 1:
            return original(rows, max_bytes)
        half = rows.num_rows // 2
        return [*halved(rows.slice(0, half), max_bytes), *halved(rows.slice(-half), max_bytes)]

    original = arrow._halved
    return swapped(arrow, "_halved", halved)


def _offset_counts_requests() -> AbstractContextManager[Any]:
    original = append_requests.batches

    def batches(table: Any, rows: int) -> Iterator[tuple[int, Any]]:
        for number, (_, batch) in enumerate(original(table, rows)):
            yield number, batch

    return swapped(append_requests, "batches", batches)


def _line_breaks_stay_in_errors() -> AbstractContextManager[Any]:
    def text(fault: Any) -> str:
        where = f"{fault.column}: " if fault.column else ""
        return f"{where}{fault.code} {fault.message}"

    return swapped(reject_file, "_fault_text", text)


def _broken_rows_stay_broken() -> AbstractContextManager[Any]:
    original = RejectFile._row
    return swapped(
        RejectFile,
        "_row",
        lambda self, row, mark: original(self, row._replace(well_formed=True), mark),
    )


def _header_is_repeated() -> AbstractContextManager[Any]:
    original = RejectFile.render

    def render(self: Any, batch: Any) -> bytes:
        self._has_header = False
        return original(self, batch)

    return swapped(RejectFile, "render", render)


def _faults_are_counted() -> AbstractContextManager[Any]:
    """A row with two faults of a column counts twice."""
    original = Reasons.add

    def add(self: Reasons, row: Any) -> None:
        for fault in row.faults:
            original(self, row._replace(faults=(fault,)))

    return swapped(Reasons, "add", add)


OUTPUT: dict[str, Patch] = {
    "a chunk of an odd number of rows loses one": _middle_row_lost,
    "offsets of append requests count requests": _offset_counts_requests,
    "line breaks stay in the errors of a reject file": _line_breaks_stay_in_errors,
    "a broken row is not quoted in the reject file": _broken_rows_stay_broken,
    "each batch repeats the header of the reject file": _header_is_repeated,
    "faults are counted instead of rows": _faults_are_counted,
}
