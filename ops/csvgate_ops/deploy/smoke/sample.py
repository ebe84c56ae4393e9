"""What is uploaded: the rows of a sample that its contract accepts, under a name of their own."""

import re
from datetime import datetime
from typing import Final

from csvgate.contracts.globs import compile_glob
from csvgate.contracts.model import Contract
from csvgate.validation.faults import FileFault
from csvgate.validation.validate import validate
from csvgate_ops.author.check.output import Unusable

_WILD: Final = re.compile(r"\*\*/?|\*|\?")


def object_name(contract: Contract, now: datetime, mark: str) -> str:
    """One that the contract takes and nobody has used; `mark` is a few random letters.

    Raises Unusable when its patterns leave no room for one.
    """
    own = f"csvgate-smoke-{now:%Y%m%dT%H%M%S}-{mark}"
    for pattern in contract.match:
        name = _filled(pattern, own)
        if own in name and not name.endswith(".gz") and compile_glob(pattern).fullmatch(name):
            return name
    patterns = ", ".join(contract.match)
    raise Unusable(
        f"contract {contract.dataset} takes {patterns}: no name of its own for a smoke test fits "
        "them; give --as"
    )


def valid_rows(data: bytes, contract: Contract) -> tuple[bytes, int]:
    """The sample without the rows that its contract would reject, and how many are left. Foreign
    keys are taken to hold.

    Raises Unusable when the sample could not be loaded at all, or nothing of it is left.
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
        raise Unusable(f"the sample would be refused whole: {error.fault.message}") from error
    if not rows:
        raise Unusable(f"contract {contract.dataset} accepts no row of the sample")
    return b"".join(x for number, x in enumerate(lines, 1) if number not in dropped), rows


def _filled(pattern: str, own: str) -> str:
    """The last wildcard that takes a text takes ours, the others as little as they may."""
    wild = list(_WILD.finditer(pattern))
    texts = [m for m in wild if m[0] in ("*", "**")]
    last = texts[-1].start() if texts else -1
    least = {"*": "x", "**": "x", "**/": "", "?": "x"}
    return _WILD.sub(lambda m: own if m.start() == last else least[m[0]], pattern)
