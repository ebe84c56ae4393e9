"""Models are built at their first use, which several threads of a function may do at once."""

import subprocess
import sys

PROGRAM = """
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from csvgate.contracts.hashing import from_json
from csvgate.protocol.events import UploadFinished
from csvgate.protocol.ledger.entries import Decision, Finished, Seal

sys.setswitchinterval(1e-5)
AT = "2026-11-21T12:00:00Z"
COUNTS = '{"read": 1, "valid": 1, "rejected": 0}'
SEAL = f'{{"plan": "p", "status": "valid", "counts": {COUNTS}, "ingested_at": "{AT}",'
SEAL += f'"at": "{AT}"}}'
UPLOAD = '{"id": "0", "bucket": "b", "name": "n", "generation": 1}'
FINISHED = f'{{"upload": {UPLOAD}, "plan": "p", "dataset": "d", "outcome": "completed",'
FINISHED += f'"counts": {COUNTS}, "received_at": "{AT}", "finished_at": "{AT}"}}'
CONTRACT = '{"dataset": "d", "match": ["x"], "schema": {"fields": [{"name": "a"}]},'
CONTRACT += '"destination": {"dataset": "d", "table": "t"}}'
WORK = [
    lambda: Seal.model_validate_json(SEAL).counts.valid,
    lambda: Decision(outcome="commit", seal=1, at=AT).seal,
    lambda: Finished(outcome="completed", at=AT).at.day,
    lambda: UploadFinished.model_validate_json(FINISHED).counts.read,
    lambda: len(from_json(CONTRACT).schema_.fields),
] * 8
ready = Barrier(len(WORK))

def first(work):
    ready.wait()
    return work()

with ThreadPoolExecutor(len(WORK)) as pool:
    print(*pool.map(first, WORK))
"""


def test_threads_may_use_a_model_first_at_the_same_time() -> None:
    for _ in range(3):
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False
        )
        assert (done.stderr, done.stdout.split()) == ("", ["1", "1", "21", "1", "1"] * 8)
