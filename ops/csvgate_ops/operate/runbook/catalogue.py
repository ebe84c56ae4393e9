"""All operational codes by their code, and the way from a code to its remedy."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from csvgate_ops.operate.runbook.contracts import CONTRACTS
from csvgate_ops.operate.runbook.findings import FINDINGS
from csvgate_ops.operate.runbook.functions import FUNCTIONS
from csvgate_ops.operate.runbook.loading import LOADING
from csvgate_ops.operate.runbook.model import Operational
from csvgate_ops.operate.runbook.services import service_codes
from csvgate_ops.operate.runbook.uploads import UPLOADS, file_fault_codes

SECTIONS: Final[Mapping[str, tuple[Operational, ...]]] = {
    "Uploads and messages": UPLOADS,
    "Contracts, references, tables": CONTRACTS,
    "The ledger and the load": LOADING,
    "Functions and emails": FUNCTIONS,
    "Google's services": tuple(service_codes()),
    "Files that are rejected whole": tuple(file_fault_codes()),
}
CATALOGUE: Final[Mapping[str, Operational]] = MappingProxyType(
    {entry.code: entry for entries in SECTIONS.values() for entry in entries}
)
_FINDINGS: Final = {finding.code: finding.remedy for finding in FINDINGS}


def remedy(code: str) -> str | None:
    """What to do about a code of a dead letter, a log entry or a finding of `csvgate reconcile`;
    None for one that csvgate does not know. Plain text, with commands in backticks."""
    entry = CATALOGUE.get(code)
    return entry.remedy if entry else _FINDINGS.get(code)
