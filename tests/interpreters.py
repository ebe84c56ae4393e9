"""The Python interpreters of this machine, by the version of a Cloud Run runtime."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path


@cache
def interpreter(runtime: str) -> Path | None:
    """Return the Python of a runtime such as `python313`: pyenv's, or one on the PATH that starts;
    None if there is none. A command that pyenv puts on the PATH does not start by itself."""
    name = re.sub(r"^python3", "python3.", runtime)
    for path in _installed(name):
        done = subprocess.run([path, "-c", ""], capture_output=True, check=False, timeout=60)
        if done.returncode == 0:
            return path
    return None


def _installed(name: str) -> Iterator[Path]:
    version = name.removeprefix("python")
    yield from sorted(Path("~/.pyenv/versions").expanduser().glob(f"{version}.*/bin/{name}"))
    if found := shutil.which(name):
        yield Path(found)
