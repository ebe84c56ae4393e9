"""What to do about every code that an operator can meet; docs/runbook.md is generated from it."""

from csvgate_ops.operate.runbook.catalogue import CATALOGUE, remedy
from csvgate_ops.operate.runbook.model import Owner
from csvgate_ops.operate.runbook.owners import OWNERS, owner_of

__all__ = ["CATALOGUE", "OWNERS", "Owner", "owner_of", "remedy"]
