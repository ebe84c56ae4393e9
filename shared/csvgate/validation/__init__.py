"""The validation engine: CSV bytes in; typed rows, and faults by line and column, out.

Pure: no clients, no environment. `validate` is the way in; `arrow` encodes what it clears,
`rejects` and `summary` tell people about the rest, `codes` lists every fault there is.
"""

from importlib.metadata import PackageNotFoundError, version
from typing import Final


def _engine_version(rules: int) -> str:
    try:
        pyarrow = version("pyarrow")
    except PackageNotFoundError:  # a function that neither encodes nor decodes chunks
        pyarrow = "none"
    return f"rules {rules}, pyarrow {pyarrow}"


ENGINE_VERSION: Final = _engine_version(rules=7)
"""Part of a plan's identity. Raise `rules` when the same file could come out as other chunks, other
values or other faults; another pyarrow may encode the same rows as other bytes."""
