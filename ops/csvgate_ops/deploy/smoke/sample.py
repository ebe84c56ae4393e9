"""Choose what a smoke test uploads: the rows of a sample that its contract accepts, and their
name."""

import re
from datetime import datetime
from pathlib import Path
from typing import Final

from csvgate.contracts.globs import compile_glob
from csvgate.contracts.load import load_directory
from csvgate.contracts.model import Contract
from csvgate.contracts.reading.mistakes import ContractError
from csvgate.validation.faults import FileFault
from csvgate.validation.validate import validate
from csvgate_ops.author.check.output import Unusable

_WILD: Final = re.compile(r"\*\*/?|\*|\?")


def find_contract(folder: Path, dataset: str) -> Contract:
    """Return the contract of a dataset. Raises Unusable, which names the datasets that exist."""
    try:
        contracts = load_directory(folder)
    except (ContractError, OSError) as error:
        raise Unusable(str(error)) from error
    found = contracts.for_dataset(dataset)
    if found is None:
        known = ", ".join(contract.dataset for contract in contracts)
        raise Unusable(f"{folder} has no contract {dataset}; it has {known}")
    return found


def object_name(contract: Contract, now: datetime, suffix: str) -> str:
    """Return an unused object name that the contract matches. `suffix` is a few random letters.

    Raises Unusable if the contract's patterns do not allow for one.
    """
    unique = f"csvgate-smoke-{now:%Y%m%dT%H%M%S}-{suffix}"
    for pattern in contract.match:
        name = _filled(pattern, unique)
        if unique in name and not name.endswith(".gz") and compile_glob(pattern).matches(name):
            return name
    patterns = ", ".join(contract.match)
    raise Unusable(
        f"contract {contract.dataset} matches {patterns}, which leaves no room for a unique name: "
        "choose a name with --as"
    )


def valid_rows(data: bytes, contract: Contract) -> tuple[bytes, int]:
    """Return the sample without the rows that its contract rejects, and the number of rows left.
    Foreign keys count as valid.

    Raises Unusable if the sample would be rejected as a whole, or no row is left.
    """
    alone = contract.model_copy(
        update={"schema_": contract.schema_.model_copy(update={"foreign_keys": ()})}
    )
    lines = data.splitlines(keepends=True)
    dropped: set[int] = set()
    rows = 0
    try:
        for batch in validate([data], alone):
            rows += len(batch.lines)
            for row in batch.rejected:
                length = len((row.raw + row.terminator).splitlines()) or 1
                dropped.update(range(row.line, row.line + length))
    except FileFault as error:
        raise Unusable(f"the sample would be rejected as a whole: {error.fault.message}") from error
    if not rows:
        raise Unusable(f"contract {contract.dataset} accepts no row of the sample")
    return b"".join(x for number, x in enumerate(lines, 1) if number not in dropped), rows


def _filled(pattern: str, unique: str) -> str:
    """Put the unique name in place of the last wildcard that can hold it, and as little as possible
    in place of the others."""
    wild = list(_WILD.finditer(pattern))
    candidates = [m for m in wild if m[0] in ("*", "**")]
    last = candidates[-1].start() if candidates else -1
    least = {"*": "x", "**": "x", "**/": "", "?": "x"}
    return _WILD.sub(lambda m: unique if m.start() == last else least[m[0]], pattern)
