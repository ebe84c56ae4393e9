"""Turns failures of DuckDB that concern no single row into the upload's failure."""

from collections.abc import Iterator
from contextlib import contextmanager

from csvgate.enrichment.sql.process.engine_errors import EngineCrashed, EngineTooSlow
from csvgate.runtime.errors import Permanent


@contextmanager
def engine_failures(line: int, expressions: str, seconds: float) -> Iterator[None]:
    """Raise Permanent `derive.too_slow` and `derive.crashed` for EngineTooSlow and EngineCrashed.
    `line` is that of the first row, `expressions` shows what was computed, and `seconds` is the
    time that these rows have."""
    try:
        yield
    except EngineTooSlow:
        raise Permanent(
            "derive.too_slow",
            f"the expressions of the chunk from line {line} on were not computed within "
            f"{seconds:.0f} seconds, the last of them {expressions}. Write an expression that "
            "needs less time, for example over left(…, 100), or keep long values out by a "
            "constraint, then upload the file again",
        ) from None
    except EngineCrashed as crash:
        raise Permanent(
            "derive.crashed",
            f"DuckDB crashed twice ({crash}) on the chunk from line {line} on, computing "
            f"{expressions}. Write the expression in another way, or keep such values out by a "
            "constraint, then upload the file again",
        ) from None
