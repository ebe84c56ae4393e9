"""How to start this program again, for the commands that messages suggest."""

import shlex
import shutil
import sys
from pathlib import Path
from typing import Final

from csvgate_ops.text import printable

_NAME: Final = "csvgate"


def program() -> str:
    """Return the word with which a shell starts `csvgate` again: its path as it was typed, such as
    `.venv/bin/csvgate`, unless the name alone finds the same file."""
    started = Path(sys.argv[0])
    if started.name != _NAME:
        return _NAME
    found = shutil.which(_NAME)
    if found is not None and started.exists() and started.samefile(found):
        return _NAME
    return printable(shlex.quote(str(started)))
