"""Plans a deploy or a rollback of contracts alone: their tables and the pointer to their bundle."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from csvgate.contracts.match import Contracts
from csvgate.contracts.model import Contract
from csvgate_ops.author.diff.compare import contracts_diff
from csvgate_ops.author.diff.model import ContractDiff
from csvgate_ops.deploy import DeployError
from csvgate_ops.deploy.contracts.history import contracts_of, history
from csvgate_ops.deploy.contracts.model import DeployedContracts
from csvgate_ops.deploy.plan import contracts as in_use
from csvgate_ops.deploy.plan import tables
from csvgate_ops.deploy.plan.changes import Change, as_stage, counts
from csvgate_ops.deploy.plan.model import Desired, Effect, Observed, Place, Plan
from csvgate_ops.deploy.run.gcloud import JsonReader, Runner
from csvgate_ops.deploy.tables.read import read_tables


class NothingToReturnTo(DeployError):
    """A rollback has no bundle to return to, or several fit."""


@dataclass(frozen=True, slots=True)
class Release:
    """The steps, and what they change for uploads, tables and their consumers."""

    plan: Plan
    diffs: tuple[ContractDiff, ...]
    """Compared with the contracts in use; none if none are."""


@dataclass(frozen=True, slots=True)
class Releases:
    """The contracts of a project. `bucket` is the name of the bucket that holds them."""

    place: Place
    bucket: str
    run: Runner

    def history(self) -> tuple[DeployedContracts, ...]:
        """Return the deploys of contracts, latest first. Raises CommandFailed."""
        return history(self.bucket, JsonReader(self.run))

    def deploy(self, wanted: Contracts) -> Release:
        """Return the release of these contracts. Raises TablesRefused, NoBundle, CommandFailed."""
        desired, observed = self._compared(tuple(wanted), self.history())
        changes = in_use.changes(desired, observed)
        return Release(_plan(desired, observed, changes), self._diffs(observed, wanted))

    def rollback(self, to: str = "") -> tuple[DeployedContracts, Release]:
        """Return what is returned to: the bundle that begins with the digits `to`, or the one in
        use before the present one. Raises NothingToReturnTo, TablesRefused, NoBundle,
        CommandFailed."""
        deploys = self.history()
        target = chosen(deploys, to)
        wanted = contracts_of(self.bucket, target.bundle, self.run)
        desired, observed = self._compared(tuple(wanted), deploys)
        steps = tuple(in_use.use(self.place, self.bucket, target.bundle, observed))
        plan = _plan(desired, observed, [Change(Effect.CHANGE, steps)])
        return target, Release(plan, self._diffs(observed, wanted))

    def _compared(
        self, wanted: tuple[Contract, ...], deploys: tuple[DeployedContracts, ...]
    ) -> tuple[Desired, Observed]:
        desired = Desired(
            self.place, (), frozenset(), contracts=wanted, contracts_bucket=self.bucket
        )
        found = read_tables(self.place, wanted, JsonReader(self.run))
        return desired, Observed(tables=found, contracts=deploys)

    def _diffs(self, observed: Observed, wanted: Iterable[Contract]) -> tuple[ContractDiff, ...]:
        if not observed.contracts or not observed.contracts[0].bundle:
            return ()
        present = contracts_of(self.bucket, observed.contracts[0].bundle, self.run)
        return tuple(contracts_diff(present, wanted))


def chosen(deploys: Sequence[DeployedContracts], to: str) -> DeployedContracts:
    """Return the latest deploy of the bundle that a rollback returns to. Raises
    NothingToReturnTo."""
    present = deploys[0].bundle if deploys else ""
    earlier: dict[str, DeployedContracts] = {}
    for each in deploys:
        if each.bundle and each.bundle != present and each.bundle.startswith(to):
            earlier.setdefault(each.bundle, each)
    latest = list(earlier.values())
    if len(latest) == 1 or (latest and not to):
        return latest[0]
    if not latest:
        what = f"no earlier contracts begin with {to}" if to else "there are no earlier contracts"
        raise NothingToReturnTo(f"{what}; `csvgate contracts history` lists those that were in use")
    raise NothingToReturnTo(f"{len(latest)} earlier contracts begin with {to}: give more digits")


def _plan(desired: Desired, observed: Observed, changes: Iterable[Change]) -> Plan:
    altered, released = list(tables.changes(desired, observed)), list(changes)
    stages = (as_stage(tables.HEADING, altered), as_stage(in_use.HEADING, released))
    items = tables.items(desired, observed) + in_use.items(desired)
    every = [*altered, *released]
    unchanged = items - sum(each.items for each in every)
    return Plan(tuple(stage for stage in stages if stage.steps), counts(every, unchanged))
