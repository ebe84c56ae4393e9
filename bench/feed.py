"""An orders file of any size on standard output: `python -m bench.feed BYTES TRUTH`.

It is never anywhere as a whole. Its truth goes to a file, which is small. Prints nothing else.
"""

import json
import sys
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Final

from bench.orders import header, records

_MOST_ROWS: Final = 90_000_000
"""ORD-10000000 to ORD-99999999: each key once, as the contract's pattern allows."""
_AT_ONCE: Final = 10_000


def main(size: int, truth: Path) -> None:
    out, written = sys.stdout.buffer, 0
    made = records(_MOST_ROWS)
    text = header()
    with truth.open("w", encoding="utf-8") as notes:
        while written < size and text:
            data = text.encode("utf-8", "surrogateescape")
            out.write(data)
            written += len(data)
            texts = []
            for record, wrong in islice(made, _AT_ONCE):
                texts.append(record)
                notes.writelines(json.dumps(asdict(each)) + "\n" for each in wrong)
            text = "".join(texts)
        if text:
            out.write(text.encode("utf-8", "surrogateescape"))


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
