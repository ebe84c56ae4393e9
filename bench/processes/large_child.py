"""Validates standard input, end to end.

    python -m bench.processes.large_child FINDINGS < orders.csv

Findings go to a file at once, as the function sends its reject file on, so that the process holds
only what the engine needs. Its temporary files (TMPDIR) count as memory. Prints one JSON object.
"""

import json
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

from bench.inputs import PIECE, batches
from bench.measure import open_file_bytes, peak_bytes
from bench.shapes.registry import BY_NAME
from csvgate.chunks.arrow import encode
from csvgate.rejects.reject_file import RejectFile
from csvgate.rejects.summary import Reasons

_PROCESSORS: Final = 2
"""As many as the function has in `prod`. Threads that read ahead hold some blocks of the file."""


def main(findings: Path) -> None:
    contract = BY_NAME["sample"].contract()
    reject_file, reasons = RejectFile(contract), Reasons(contract)
    source = _Counted(sys.stdin.buffer)
    rows = valid = rejected = sent = files = 0
    temporary = Path(tempfile.gettempdir())
    cpu, wall = time.process_time(), time.perf_counter()
    with findings.open("w", encoding="utf-8") as out:
        for batch in batches(source.pieces(), contract, _PROCESSORS):
            rows += batch.rows_read
            valid += len(batch.lines)
            rejected += len(batch.rejected)
            for row in batch.rejected:
                reasons.add(row)
                out.writelines(f"{json.dumps([f.line, f.column, f.code])}\n" for f in row.faults)
            reject_file.render(batch)
            sent += sum(len(chunk.data) for chunk in encode(batch, contract))
            files = max(files, open_file_bytes(temporary))
            del batch
    print(
        json.dumps(
            {
                "rows": rows,
                "valid": valid,
                "rejected": rejected,
                "bytes": source.bytes,
                "bytes_out": sent,
                "cpu": time.process_time() - cpu,
                "wall": time.perf_counter() - wall,
                "peak": peak_bytes(),
                "files": files,
                "processors": _PROCESSORS,
            }
        )
    )


class _Counted:
    def __init__(self, file: IO[bytes]) -> None:
        self.bytes = 0
        self._file = file

    def pieces(self) -> Iterator[bytes]:
        while piece := self._file.read(PIECE):
            self.bytes += len(piece)
            yield piece


if __name__ == "__main__":
    main(Path(sys.argv[1]))
