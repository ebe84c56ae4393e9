"""Prepare what judges the rows of uploads by expressions, and cache it by plan."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import field
from typing import TYPE_CHECKING, Final

from csvgate.enrichment.judging.needed import has_expressions
from csvgate.light_dataclass import dataclass
from csvgate.protocol.ledger.ledger import Ledger
from csvgate.protocol.ledger.snapshots import read_snapshot
from csvgate.validation.judge import Judge
from intake.pin_plan import Pinned

if TYPE_CHECKING:
    from csvgate.enrichment.judging.plan import JudgePlan

_KEPT: Final = 4
"""Plans kept in memory: the references of each may take several megabytes."""


@dataclass(slots=True)
class RowJudges:
    """Uploads under the same contract and references share the compiled expressions."""

    ledger: Ledger
    _kept: "OrderedDict[str, JudgePlan]" = field(default_factory=OrderedDict)

    def of(self, pinned: Pinned, before_group: Callable[[], None]) -> Judge | None:
        """Return what judges the rows of this upload; None if its contract has no expressions.
        `before_group` is called before each group of rows, and may raise. Raises Permanent
        `enrich.invalid`, `reference.gone`, `reference.malformed` and `reference.too_large`,
        Transient `derive.engine`."""
        if not has_expressions(pinned.contract):
            return None
        # Only uploads under such contracts import DuckDB's interface, and start its process.
        from csvgate.enrichment.judging.plan import prepare
        from csvgate.enrichment.judging.row_judge import RowJudge

        plan = self._kept.get(pinned.plan)
        if plan is None:
            received = pinned.received
            plan = prepare(pinned.contract, lambda name: read_snapshot(self.ledger, received, name))
            self._kept[pinned.plan] = plan
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return RowJudge(plan, before_group)
