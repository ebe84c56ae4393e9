"""Orders files of any size, each with the list of its faults."""

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
    cleaned: Path
    """The same file without stray quotes and undecodable bytes, on which some contenders fail. The
    truth still lists them."""
    returns: Path
    """The same file with a lone \\r for each \\n. The truth is the same."""
    truth: Path
    rows: int


def records(rows: int, bad: float = BAD) -> Iterator[tuple[str, list[Wrong]]]:
    """Each record as CSV, with its faults. Bytes that are not UTF-8 are surrogate escapes."""
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
        cleaned=at.with_suffix(".cleaned.csv"),
        returns=at.with_suffix(".returns.csv"),
        truth=at.with_suffix(".truth"),
        rows=rows,
    )
    wrong: list[Wrong] = []
    with _open(made.csv) as out, _open(made.cleaned) as cleaned, _open(made.returns) as returns:
        for file in (out, cleaned):
            file.write(header())
        returns.write(header().replace("\n", "\r"))
        for text, faults in records(rows, bad):
            out.write(text)
            returns.write(text.replace("\n", "\r"))
            cleaned.write(_cleaned(text, faults) if faults else text)
            wrong += faults
    truth.write(made.truth, wrong)
    return made


def _open(path: Path) -> TextIO:
    return path.open("w", encoding="utf-8", errors="surrogateescape", newline="")


def _cleaned(text: str, faults: list[Wrong]) -> str:
    codes = {wrong.code for wrong in faults}
    if "row.stray_quote" in codes:
        return text.replace('"', "")
    if "encoding.invalid" in codes:
        return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return text
