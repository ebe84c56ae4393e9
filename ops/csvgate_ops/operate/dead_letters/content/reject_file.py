"""Read the first rows of an upload's reject file, to show them with its letter."""

from collections.abc import Iterator
from typing import Final

from csvgate.contracts.model import Contract, Dialect
from csvgate.csv.body import contract_for_extracted_records
from csvgate.csv.marked_cell import MarkedCell
from csvgate.csv.quoting import Grammar
from csvgate.csv.records import Framer
from csvgate.protocol.dead_letters import PREFIX
from csvgate.validation.sensitive_values import MASK
from csvgate_ops.operate.dead_letters.content.content import Grid
from csvgate_ops.operate.dead_letters.content.masked_rejects import columns_of, count_of_header
from csvgate_ops.operate.dead_letters.content.masking import Mask
from csvgate_ops.operate.dead_letters.context import DeadLetterContext
from csvgate_ops.operate.dead_letters.dead_letter import DeadLetter

_MOST_BYTES: Final = 256 * 1024


def address(letter: DeadLetter, context: DeadLetterContext) -> tuple[str, str] | None:
    """Bucket and name of the reject file. None unless the letter names an object in the bucket for
    reject files: an attribute that anyone may have written must not make csvgate read elsewhere."""
    text = letter.attributes.get(f"{PREFIX}rejects", "")
    bucket, slash, name = text.removeprefix("gs://").partition("/")
    if not (text.startswith("gs://") and slash and name) or bucket != context.buckets["rejects"]:
        return None
    return bucket, name


def sample(
    letter: DeadLetter, context: DeadLetterContext, contract: Contract | None, mask: Mask, rows: int
) -> Grid | None:
    """Return the first rows; None when the letter names no reject file or the file does not exist.
    Raises Transient."""
    where = address(letter, context)
    info = context.store.stat(*where) if where else None
    if where is None or info is None:
        return None
    data, complete = bytearray(), True
    for piece in context.store.stream(*where, info.generation, info.size):
        data += piece
        if len(data) > _MOST_BYTES:
            complete = False
            break
    return grid_of(bytes(data), contract, mask, rows, complete=complete)


def grid_of(
    data: bytes, contract: Contract | None, mask: Mask, rows: int, *, complete: bool
) -> Grid | None:
    """Return the first rows of a reject file; `data` is only its beginning unless `complete`."""
    text = _decoded(data, contract)
    if not complete:
        text = text[: text.rfind("\n") + 1]
    lines = list(_records(text, contract))
    if not lines:
        return None
    count = count_of_header(contract)
    columns, body = columns_of(lines[:count], contract), lines[count:]
    if contract is not None:
        mask = mask.and_unknown(columns, contract)
    if not complete:
        body = body[:-1]  # the last row may have been cut inside a quoted line break
    return Grid(
        columns=columns,
        masked=mask.hidden(columns),
        rows=tuple(_row(columns, cells, mask) for cells in body[:rows]),
        total=len(body) if complete else None,
    )


def _row(columns: tuple[str, ...], cells: list[str], mask: Mask) -> tuple[str, ...]:
    # The cells do not match the header, so any of them may hold a sensitive value.
    if len(cells) != len(columns) and mask.hidden(columns):
        shown = [*cells[:2], MASK]
    else:
        shown = [mask.cell(name, cell) for name, cell in zip(columns, cells, strict=False)]
    return tuple([*shown, *[""] * len(columns)][: len(columns)])


def _decoded(data: bytes, contract: Contract | None) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    encoding = contract.encoding if contract else "utf-8"
    name = encoding if isinstance(encoding, str) else encoding[0]
    return data.decode(name, "replace").removeprefix("\ufeff")


def _records(text: str, contract: Contract | None) -> Iterator[list[str]]:
    """Yield the cells of each record. All records of a reject file are well-formed, so one that is
    not is cut off; no cells are yielded for it, because any could hold a sensitive value."""
    dialect = contract_for_extracted_records(contract).dialect if contract else Dialect()
    for record in Framer([text.encode()], Grammar(dialect)).records():
        if record.cells is None:
            yield []
            return
        yield [cell.written if isinstance(cell, MarkedCell) else cell for cell in record.cells]
