"""What to do about every code that an operator can meet; docs/runbook.md is generated from it."""

from csvgate_ops.operate.runbook.catalogue import CATALOGUE, remedy

__all__ = ["CATALOGUE", "remedy"]
