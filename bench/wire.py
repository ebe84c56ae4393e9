"""The same records as Arrow and as JSON: `python -m bench.wire ORDERS.csv FOLDER`.

Writes the first chunk of an orders file in both forms, JSON with one record a line, and prints the
paths and sizes.
"""

import json
import sys
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from bench.inputs import batches, pieces
from bench.shapes.registry import HEADLINE
from csvgate.chunks.arrow import decode, encode


def first_chunk(path: Path) -> bytes:
    contract = HEADLINE.contract()
    return encode(next(batches(pieces(path), contract)), contract)[0].data


def json_records(chunk: bytes) -> list[str]:
    """Each record as the message that is usually published for it."""
    return [json.dumps(row, default=as_json) for row in decode(chunk).to_pylist()]


def as_json(value: Any) -> str:
    """Values that json cannot write, in the form that insertAll takes."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    raise TypeError(f"cannot write {value!r} as JSON")


def main(orders: Path, folder: Path) -> None:
    chunk = first_chunk(orders)
    records = json_records(chunk)
    arrow_file, json_file = folder / f"{orders.stem}.arrow", folder / f"{orders.stem}.jsonl"
    arrow_file.write_bytes(chunk)
    json_file.write_text("".join(f"{record}\n" for record in records), encoding="utf-8")
    print(
        json.dumps(
            {
                "arrow": str(arrow_file),
                "json": str(json_file),
                "rows": len(records),
                "arrow_bytes": len(chunk),
                "json_bytes": sum(len(record.encode()) for record in records),
            }
        )
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
