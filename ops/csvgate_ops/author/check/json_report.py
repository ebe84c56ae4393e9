"""The outcome for programs: one JSON object, in ASCII, a fault a line."""

import json
from collections.abc import Iterator
from itertools import chain

from csvgate_ops.author.check.run import Result


def json_report(result: Result) -> Iterator[str]:
    """Pieces of the text, however many faults there are. Keys are in the documented order."""
    counts, fault, mended = result.counts, result.file_fault, result.mended
    head: dict[str, object] = {
        "rows_read": counts.read,
        "rows_valid": counts.valid,
        "rows_rejected": counts.rejected,
        "file_fault": fault and {"code": fault.code, "line": fault.line, "message": fault.message},
    }
    if mended is not None:
        head["correction"] = {"upload": mended.upload, "unchecked": [*mended.unchecked]}
    yield json.dumps(head).removesuffix("}") + ', "faults": ['
    separators = chain(["\n  "], iter(lambda: ",\n  ", None))
    for separator, line in zip(separators, result.faults.json_lines(), strict=False):
        yield separator + line
    yield "\n]}\n" if result.faults.kept else "]}\n"
