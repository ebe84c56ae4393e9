"""How a test of these folders waits to be interrupted."""

import time
from pathlib import Path

FOREVER_SECONDS = 600


def wait(tmp_path: Path) -> None:
    (tmp_path.parent / f"{tmp_path.name}.ready").touch()
    time.sleep(FOREVER_SECONDS)
