"""Random identifiers and keys that are the same in every run of a seed, so that the trace of one
run can be compared with that of another."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from random import Random
from types import ModuleType
from typing import Final
from uuid import UUID

from csvgate.unique import keyed_hash
from csvgate_ops.operate import audit
from enrichment import load_shared
from intake import reject_output
from simulate.world.swap import swapped

DRAWING: Final[tuple[tuple[ModuleType, str], ...]] = (
    (audit, "uuid4"),
    (load_shared, "uuid4"),
    (reject_output, "uuid4"),
    (keyed_hash, "token_bytes"),
)
"""Where the simulated code draws at random: the modules, and under which name they do it."""


@contextmanager
def repeatable(seed: int) -> Iterator[None]:
    """Draw from the seed, but not from the generator that decides what happens."""
    chance = Random(f"identifiers of {seed}")  # noqa: S311 - runs must be repeatable

    def uuid4() -> UUID:
        return UUID(int=chance.getrandbits(128), version=4)

    drawn = {"uuid4": uuid4, "token_bytes": chance.randbytes}
    with ExitStack() as stack:
        for module, name in DRAWING:
            stack.enter_context(swapped(module, name, drawn[name]))
        yield
