"""Compares a file on disk with the totals that its footer or its sidecar states."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from csvgate.contracts.model import Contract
from csvgate.contracts.sidecars import sidecar_name
from csvgate.totals.file_totals import FOOTER, FileTotals
from csvgate.totals.sidecar_lines import MAX_BYTES, sidecar_lines
from csvgate_ops.author.check.output import Unusable


@dataclass(frozen=True, slots=True)
class Sidecar:
    """The beginning of a sidecar on disk, at least one byte more than a sidecar may have."""

    path: Path
    data: bytes


def find_sidecar(contract: Contract, file: Path | None, name: str | None) -> Sidecar | None:
    """Return the sidecar of a file that would be uploaded under this name, if it is known; None if
    the contract has none, or it is not there. It is looked for beside the file, and where it would
    be if one of the folders around the file were the bucket. Raises Unusable."""
    totals = contract.totals
    if totals is None or totals.sidecar is None or file is None:
        return None
    for path in _places(totals.sidecar, file, name):
        if path.is_file():
            try:
                with path.open("rb") as opened:
                    return Sidecar(path, opened.read(MAX_BYTES + 1))
            except OSError as error:
                message = f"cannot read the sidecar {path}: {error.strerror or error}"
                raise Unusable(message) from error
    return None


def not_compared(contract: Contract, found: Sidecar | None, file: Path | None) -> str | None:
    """Return a note about totals that are not compared, because the sidecar was not found."""
    totals = contract.totals
    if totals is None or totals.sidecar is None or found is not None:
        return None
    if file is None:
        return f"totals are not compared: standard input has no sidecar {totals.sidecar} beside it"
    beside = next(_places(totals.sidecar, file, None))
    return f"totals are not compared, because there is no sidecar {beside}"


class CheckedTotals:
    """The totals of one check. Pass `footer` to the engine and every batch to `add`, then call
    `compare`."""

    def __init__(self, contract: Contract, sidecar: Sidecar | None) -> None:
        self._contract: Final = contract
        self._sidecar: Final = sidecar
        self._computed: Final = FileTotals(contract)
        self.footer: Final = self._computed.footer
        self.add: Final = self._computed.add

    def compare(self) -> None:
        """Raises FileFault as in the cloud."""
        if self._sidecar is None:
            self._computed.compare(where=FOOTER)
            return
        where = f"the sidecar {self._sidecar.path}"
        lines = sidecar_lines(self._sidecar.data, self._contract.encoding, where)
        self._computed.compare(lines, where)


def checked_totals(contract: Contract, sidecar: Sidecar | None) -> CheckedTotals | None:
    """Return None if there is nothing to compare."""
    totals = contract.totals
    if totals is None or (totals.sidecar is not None and sidecar is None):
        return None
    return CheckedTotals(contract, sidecar)


def _places(template: str, file: Path, name: str | None) -> Iterator[Path]:
    for given in (file.name, name):
        if given is not None:
            yield file.parent / PurePosixPath(sidecar_name(template, given)).name
    where = Path.cwd() / file
    folders = [*where.parents] if template.count("/") else []
    for folder in folders:
        yield folder / sidecar_name(template, where.relative_to(folder).as_posix())
