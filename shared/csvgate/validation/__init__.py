"""The validation engine turns CSV bytes into typed rows, and into faults by line and column.

It is pure: it uses no clients and does not read the environment. `validate.validate` is its entry.
`csvgate.chunks` encodes the valid rows, `csvgate.rejects` writes the others to the reject file and
summarises why they were rejected, and `codes` lists every fault.

Two paths give the same result. The rule path (`rule_path`, `rules`) passes every record through one
function and is the authority. The vectorised path (`fast`) handles large files, many rows at
a time, and leaves to the rules whatever it is not certain about.
"""

from importlib.metadata import PackageNotFoundError, version
from typing import Final


def _engine_version(rules: int) -> str:
    packages = ("duckdb", "tzdata", "pyarrow")
    return ", ".join((f"rules {rules}", *(f"{name} {_version(name)}" for name in packages)))


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:  # in a function that neither reads files nor decodes chunks
        return "none"


ENGINE_VERSION: Final = _engine_version(rules=10)
"""Part of a plan's identity. Increment `rules` if the same file could now result in other chunks,
values or faults. The versions of three packages are included: DuckDB may evaluate an expression in
another way, tzdata decides which instant a local time is, and pyarrow may encode the same rows as
other bytes."""
