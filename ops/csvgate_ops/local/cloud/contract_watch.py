"""Notices that the contracts of a running local cloud have changed, and whether they are right."""

import hashlib
import shlex
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from csvgate.contracts.load import contract_files, load_directory
from csvgate.contracts.match import Contracts
from csvgate.contracts.reading.mistakes import ContractError
from csvgate_ops.local.cloud.errors import CloudError, Fault
from csvgate_ops.local.cloud.files import DataDir, read_json
from csvgate_ops.program import program

_PATIENCE_SECONDS: Final = 30.0


def contracts_digest(folder: Path) -> str:
    """Return a digest of the names and bytes of the contracts in a folder."""
    found = hashlib.sha256()
    for file in contract_files(folder):
        data = file.read_bytes()
        found.update(f"{file.name}\0{len(data)}\0".encode() + data)
    return found.hexdigest()


def load_contracts(folder: Path) -> Contracts:
    """Return the contracts in a folder. Raises CloudError with all their mistakes."""
    if not contract_files(folder):
        remedy = f"draft the first one: {program()} infer FILE --out {shlex.quote(str(folder))}"
        raise CloudError(Fault("contracts", f"the folder {folder} has no contracts", remedy))
    try:
        return load_directory(folder)
    except ContractError as error:
        raise CloudError(Fault("contracts", str(error), f"correct them in {folder}")) from error


@dataclass(frozen=True, slots=True)
class Change:
    digest: str
    mistakes: str = ""
    """Why the changed contracts cannot be used; empty if they can."""


class ContractWatch:
    """Watches a folder of contracts, by its files' names, sizes and times of modification."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen = self._signature()
        self._digest = contracts_digest(folder)
        self._settled = True

    def look(self) -> Change | None:
        """Return a change since the last look that returned one. A folder that is different at each
        look is being written to, and is not read before it has been the same twice."""
        now = self._signature()
        if now != self._seen:
            self._seen, self._settled = now, False
            return None
        if self._settled:
            return None
        self._settled = True
        try:
            digest = contracts_digest(self._folder)
            if digest == self._digest:
                return None
            load_contracts(self._folder)
        except CloudError as error:
            self._digest = digest
            return Change(digest, error.fault.message)
        except OSError:
            # A file has just been removed or cannot be read yet.
            self._settled = False
            return None
        self._digest = digest
        return Change(digest)

    def _signature(self) -> list[tuple[str, int, int]]:
        found = []
        for file in contract_files(self._folder):
            try:
                stat = file.stat()
            except OSError:
                continue
            found.append((file.name, stat.st_size, stat.st_mtime_ns))
        return found


def await_contracts(endpoints: Mapping[str, Any]) -> Contracts:
    """Wait until a local cloud uses the contracts that are in its folder now, and return them.
    Raises CloudError if they have mistakes, or if it takes too long."""
    folder = Path(endpoints["contracts"])
    contracts, wanted = load_contracts(folder), contracts_digest(folder)
    path = DataDir(Path(endpoints["data_dir"])).endpoints
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while (read_json(path) or {}).get("contracts_digest") != wanted:
        if time.monotonic() > deadline:
            message = f"the local cloud does not use the changed contracts in {folder} yet"
            remedy = (
                f"look at `{program()} status` and the supervisor's log, or run `{program()} down` "
                f"and `{program()} up`"
            )
            raise CloudError(Fault("contracts", message, remedy))
        time.sleep(0.1)
    return contracts
