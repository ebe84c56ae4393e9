"""The names of the stages that `bench.stage_clock` measures, in the order of the work."""

from typing import Final

READING: Final = "reading"
FRAMING: Final = "framing"
KERNELS: Final = "kernels"
KEYS: Final = "keys"
RULES: Final = "rules"
BATCHING: Final = "batching"
ENCODING: Final = "encoding"
REJECTS: Final = "rejects"
OTHER: Final = "other"
"""What no stage has: putting the columns together, and the calls between stages."""
ALL_STAGES: Final = (
    READING, FRAMING, KERNELS, KEYS, RULES, BATCHING, ENCODING, REJECTS, OTHER,
)  # fmt: skip
