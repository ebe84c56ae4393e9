"""All operational codes by section, and the lookup from a code to its remedy."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from csvgate_ops.operate.runbook.contracts import CONTRACTS
from csvgate_ops.operate.runbook.findings import FINDINGS
from csvgate_ops.operate.runbook.functions import FUNCTIONS
from csvgate_ops.operate.runbook.loading import LOADING
from csvgate_ops.operate.runbook.model import OperationalCode
from csvgate_ops.operate.runbook.services import service_codes
from csvgate_ops.operate.runbook.uploads import UPLOADS, file_fault_codes

FILES: Final = "Rejected files"
SECTIONS: Final[Mapping[str, tuple[OperationalCode, ...]]] = {
    "Uploads and messages": UPLOADS,
    "Contracts, references, tables": CONTRACTS,
    "The ledger and loading": LOADING,
    "Functions and emails": FUNCTIONS,
    "Google Cloud services": tuple(service_codes()),
    FILES: tuple(file_fault_codes()),
}
CATALOGUE: Final[Mapping[str, OperationalCode]] = MappingProxyType(
    {entry.code: entry for entries in SECTIONS.values() for entry in entries}
)
_FINDINGS: Final = {finding.code: finding.remedy for finding in FINDINGS}


def remedy(code: str) -> str | None:
    """Return what to do about the code of a dead letter, of a log entry or of a finding of
    `csvgate reconcile`; None if csvgate does not know the code. The text is plain, with commands
    in backticks."""
    entry = CATALOGUE.get(code)
    return entry.remedy if entry else _FINDINGS.get(code)
