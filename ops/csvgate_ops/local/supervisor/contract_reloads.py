"""Lets the functions of a running local cloud use contracts that were changed or added."""

from pathlib import Path

from csvgate_ops.local.cloud.contract_watch import ContractWatch, contracts_digest
from csvgate_ops.local.supervisor.process_identity import Process, is_alive
from csvgate_ops.local.supervisor.supervisor import Report, Supervisor


class ContractReloads:
    """Contracts with mistakes are reported and not used; those before them stay in use."""

    def __init__(self, folder: Path, supervisor: Supervisor, report: Report) -> None:
        self.in_use = contracts_digest(folder)
        """The digest of the contracts that every function uses."""
        self._watch = ContractWatch(folder)
        self._supervisor = supervisor
        self._report = report
        self._coming = ""
        self._old: list[Process] = []

    def step(self) -> bool:
        """Look for a change while all components are ready. Return whether `in_use` has changed: no
        process has the contracts before, and the datasets of the new ones exist."""
        change = self._watch.look()
        if change is not None and change.mistakes:
            self._report({"event": "contracts refused", "mistakes": change.mistakes})
        elif change is not None:
            self._report({"event": "contracts changed"})
            self._coming = change.digest
            self._old += self._supervisor.reload_contracts()
            return False
        if not self._coming or any(map(is_alive, self._old)):
            return False
        self.in_use, self._coming, self._old = self._coming, "", []
        self._report({"event": "contracts in use"})
        return True
