"""Orders files of any size, each beside the list of what is wrong with it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TextIO

from samples.make_orders import COLUMNS, Orders

from bench import truth
from bench.truth import Wrong

BAD: Final = 0.01
SEED: Final = 7


@dataclass(frozen=True, slots=True)
class OrdersFile:
    csv: Path
    mended: Path
    """The same without stray quotes and undecodable bytes, at which some contenders give up. The
    truth still has them."""
    truth: Path
    rows: int


def records(rows: int, bad: float = BAD) -> Iterator[tuple[str, list[Wrong]]]:
    """Each record as CSV (bytes that are no UTF-8 as `surrogateescape` spells them)."""
    line = 2
    for number, (cells, faults) in enumerate(Orders(bad, SEED).rows(rows), start=1):
        text = ",".join(cells) + "\n"
        yield text, [Wrong(line, number, column, code) for column, code in faults]
        line += text.count("\n")


def header() -> str:
    return ",".join(COLUMNS) + "\n"


def write(folder: Path, rows: int, bad: float = BAD) -> OrdersFile:
    at = folder / f"orders-{rows}"
    made = OrdersFile(
        csv=at.with_suffix(".csv"),
        mended=at.with_suffix(".mended.csv"),
        truth=at.with_suffix(".truth"),
        rows=rows,
    )
    wrong: list[Wrong] = []
    with _open(made.csv) as out, _open(made.mended) as mended:
        for file in (out, mended):
            file.write(header())
        for text, faults in records(rows, bad):
            out.write(text)
            mended.write(_mended(text, faults) if faults else text)
            wrong += faults
    truth.write(made.truth, wrong)
    return made


def _open(path: Path) -> TextIO:
    return path.open("w", encoding="utf-8", errors="surrogateescape", newline="")


def _mended(text: str, faults: list[Wrong]) -> str:
    codes = {wrong.code for wrong in faults}
    if "row.stray_quote" in codes:
        return text.replace('"', "")
    if "encoding.invalid" in codes:
        return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return text
