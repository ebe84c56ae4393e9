"""Where the time of one shape goes: `python -m bench.processes.stages SHAPE FILE WARM_UP`.

Prints one JSON object: the seconds of each stage, and the number of rows.
"""

import json
import sys
import time
from importlib import import_module
from pathlib import Path

from bench.shapes.registry import BY_NAME
from bench.stage_clock import StageClock
from bench.stage_names import ALL_STAGES, OTHER


def main(shape: str, file: str, warm_up: str) -> None:
    clock = StageClock()
    # Before the contender is imported, because it takes the function `encode` by its name.
    clock.install()
    run = import_module("bench.contenders.csvgate_encoded").run
    contract = BY_NAME[shape].contract()
    run(Path(warm_up), contract, watch=clock.reading)
    clock.reset()
    begun = time.thread_time()
    outcome = run(Path(file), contract, watch=clock.reading)
    whole = time.thread_time() - begun
    clock.seconds[OTHER] = whole - sum(clock.seconds.values())
    seconds = {stage: clock.seconds.get(stage, 0.0) for stage in ALL_STAGES}
    print(json.dumps({"rows": outcome.rows, "seconds": seconds}))


if __name__ == "__main__":
    main(*sys.argv[1:])
