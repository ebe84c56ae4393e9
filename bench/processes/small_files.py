"""How long a small file takes: `python -m bench.processes.small_files NAME FILE`.

`imports` is the time of the imports that every file needs; `first` includes the imports that only
this file needs.
"""

import json
import sys
import time
from importlib import import_module
from pathlib import Path
from statistics import median

from bench.shapes.registry import HEADLINE

AGAIN = 20


def main(name: str, path: Path) -> None:
    started = time.perf_counter()
    run = import_module(f"bench.contenders.{name}").run
    make_contract = HEADLINE.contract
    imported = time.perf_counter()
    contract = make_contract()
    run(path, contract)
    first = time.perf_counter()
    again = []
    for _ in range(AGAIN):
        begun = time.perf_counter()
        run(path, contract)
        again.append(time.perf_counter() - begun)
    print(
        json.dumps(
            {
                "imports": imported - started,
                "first": first - imported,
                "again": median(again),
                "heavy": sorted({"pyarrow", "polars", "numpy"} & set(sys.modules)),
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
