"""The supervisor's process: `python -m csvgate_ops.local.supervisor OPTIONS_JSON PROGRESS_FD`.

Progress is written to the file descriptor, one JSON object per line, until its reader is gone.
"""

import json
import os
import sys
from typing import Any

from csvgate_ops.local.cloud.errors import CloudError
from csvgate_ops.local.cloud.options import Options
from csvgate_ops.local.supervisor.run import run


def main() -> int:
    options, descriptor = Options.from_json(sys.argv[1]), int(sys.argv[2])
    listening = True

    def report(event: dict[str, Any]) -> None:
        nonlocal listening
        if not listening:
            return
        try:
            os.write(descriptor, json.dumps(event).encode() + b"\n")
        except BrokenPipeError:
            listening = False
        if event["event"] == "up":
            os.close(descriptor)
            listening = False

    try:
        run(options, report)
    except CloudError:
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
