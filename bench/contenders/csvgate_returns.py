"""csvgate's validation alone, of a file whose lines end with a lone \r."""

from bench.contenders.csvgate_values import run

__all__ = ["run"]
