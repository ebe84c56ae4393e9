"""What a command that failed says about its reason."""

import re
from typing import Any, Final

from csvgate.text import shorten
from csvgate_ops.deploy.kinds.kind import Reader
from csvgate_ops.deploy.run.gcloud import CommandFailed
from csvgate_ops.deploy.run.unread import kind_of

_SHOWN: Final = 160
"""Characters of a service's message: it fits on two lines of a terminal."""
_PREFIX: Final = re.compile(r"^ERROR: (\([\w.-]+\) )?")
_ABSENT: Final = re.compile(r"NOT_FOUND|not found|does not exist|\b404\b", re.IGNORECASE)


def is_disabled(error: CommandFailed) -> bool:
    """Return whether the API that the command uses is not enabled."""
    return kind_of(error) == "disabled"


def is_forbidden(error: CommandFailed) -> bool:
    return kind_of(error) in ("unseen", "forbidden")


def is_absent(error: CommandFailed) -> bool:
    """Return whether the service answers that there is nothing of that name."""
    return not is_forbidden(error) and bool(_ABSENT.search(error.finished.output))


def reason(error: CommandFailed) -> str:
    """Return the command and the service's message, on one line."""
    words = [word for word in error.argv if not word.startswith("-")]
    lines = [line.strip() for line in error.finished.output.splitlines() if line.strip()]
    at = next((at for at, line in enumerate(lines) if _PREFIX.match(line)), 0)
    said = lines[at] if lines else "nothing"
    if said.endswith(":") and len(lines) > at + 1:
        said = f"{said} {lines[at + 1].removeprefix('- ')}"
    return f"`{' '.join(words[:6])}` answered: {shorten(_PREFIX.sub('', said), _SHOWN)}"


def found(reader: Reader, argv: tuple[str, ...]) -> Any | None:
    """Return what a command prints, or None if the resource does not exist. Raises CommandFailed,
    Unreachable."""
    try:
        return reader.read(argv)
    except CommandFailed as error:
        if is_absent(error):
            return None
        raise
