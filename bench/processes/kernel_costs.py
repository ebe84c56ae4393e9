"""What a cell of each field type costs: `python -m bench.processes.kernel_costs CELLS ROUNDS`.

Prints one JSON object with `costs`. The cells go through `validate` as a file of one column, so
that what is measured is what runs: kernels chosen by the contract, blocks of the usual size, and
the rules for the cells that the kernels leave to them.
"""

import json
import random
import sys
import time
from dataclasses import asdict
from typing import Final

from samples.make_orders import quoted

from bench.inputs import PIECE, batches
from bench.kernel_cases import CASES, LOW, Case, Cost
from bench.stage_clock import StageClock
from bench.stage_names import KERNELS, RULES
from csvgate.contracts.model import Contract
from csvgate.validation.cells import Cells

SEED: Final = 15
_BY_RULES: Final = 20_000
"""Cells that the rules read one by one: more than they remember."""


def cost(case: Case, cells: int, rounds: int, clock: StageClock) -> Cost:
    pick = random.Random(SEED)  # noqa: S311 (data to repeat, nothing to hide)
    contract = case.contract()
    texts = [case.make(pick, number) for number in range(cells)]
    few = list(dict.fromkeys(texts))[:LOW]
    low, _ = _bulk(contract, [pick.choice(few) for _ in range(cells)], rounds, clock)
    high, kernels = _bulk(contract, texts, rounds, clock)
    return Cost(
        type=case.type,
        what=case.what,
        kernels=kernels,
        high=high,
        low=low,
        rules=min(_by_rules(contract, texts[:_BY_RULES]) for _ in range(rounds)),
    )


def _bulk(
    contract: Contract, texts: list[str], rounds: int, clock: StageClock
) -> tuple[float, dict[str, float]]:
    """Return ns per cell, and the share of each kernel and of the rules."""
    data = "".join(["cell\n", *(f"{quoted(text)}\n" for text in texts)]).encode()
    pieces = [data[at : at + PIECE] for at in range(0, len(data), PIECE)]
    best, shares = float("inf"), dict[str, float]()
    for _ in range(rounds):
        clock.reset()
        for batch in batches(iter(pieces), contract):
            if batch.rejected:
                raise RuntimeError(f"a cell of {contract.schema_.fields[0]} is faulty")
        if not clock.seconds[KERNELS]:
            raise RuntimeError(f"{len(data)} bytes are too few for the vectorised path")
        whole = clock.seconds[KERNELS] + clock.seconds[RULES]
        if whole < best:
            parts = {**clock.kernels, RULES: clock.seconds[RULES]}
            best, shares = whole, {name: part / whole for name, part in parts.items()}
    return best / len(texts) * 1e9, shares


def _by_rules(contract: Contract, texts: list[str]) -> float:
    field = contract.schema_.fields[0]
    cells = Cells(field, contract.schema_, required=False)
    begun = time.thread_time()
    for text in texts:
        cells[text]
    return (time.thread_time() - begun) / len(texts) * 1e9


def main(cells: int, rounds: int) -> None:
    clock = StageClock()
    clock.install()
    print(json.dumps({"costs": [asdict(cost(case, cells, rounds, clock)) for case in CASES]}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
