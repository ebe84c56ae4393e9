"""One measurement in a process: `python -m bench.processes.child NAME SHAPE FILE WARM_UP [TRUTH]`.

Prints one JSON object: `measurement`, and `score` if TRUTH is given.
"""

import json
import sys
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

from bench import truth
from bench.contenders import BY_NAME
from bench.measure import measure
from bench.shapes import registry as shapes


def main(name: str, shape: str, file: str, warm_up: str, truths: str = "") -> None:
    run = import_module(f"bench.contenders.{name}").run
    measurement, outcome = measure(run, shapes.BY_NAME[shape].contract(), Path(file), Path(warm_up))
    found = {"measurement": asdict(measurement), "score": None}
    if truths:
        place = BY_NAME[name].place
        found["score"] = asdict(truth.score(truth.read(Path(truths)), outcome.findings, place))
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
