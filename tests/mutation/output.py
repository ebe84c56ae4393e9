"""Bugs in what the engine writes: chunks, reject files, reasons."""

from contextlib import AbstractContextManager
from typing import Any

from csvgate.chunks import arrow
from csvgate.rejects import reject_file
from csvgate.rejects.reject_file import RejectFile
from csvgate.rejects.summary import Reasons
from mutation.mutant import Mutant
from simulate.world.swap import swapped
from unit.chunks import test_arrow
from unit.rejects import test_rejects, test_summary


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


OUTPUT: dict[str, Mutant] = {
    "a chunk of an odd number of rows loses one": Mutant(
        _middle_row_lost, (test_arrow.test_what_is_too_large_is_halved,)
    ),
    "line breaks stay in the errors of a reject file": Mutant(
        _line_breaks_stay_in_errors, (test_rejects.test_all_faults_are_in_one_line,)
    ),
    "a broken row is not quoted in the reject file": Mutant(
        _broken_rows_stay_broken, (test_rejects.test_rows_come_as_they_were,)
    ),
    "each batch repeats the header of the reject file": Mutant(
        _header_is_repeated, (test_rejects.test_the_header_comes_once,)
    ),
    "faults are counted instead of rows": Mutant(
        _faults_are_counted,
        (test_summary.test_a_row_counts_once_for_two_faults_of_a_column_with_the_same_code,),
    ),
}
