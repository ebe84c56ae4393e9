"""Files that a browser saves and never shows."""

import re
from collections.abc import Generator
from itertools import chain
from typing import Final
from urllib.parse import quote

from flask import Response, request

_MOST_BYTES: Final = 200
"""The longest name in UTF-8: file systems allow 255, and browsers add a number."""
_FORBIDDEN: Final = re.compile(r'[<>:"|?*%;=]')
"""Characters that Windows does not allow in names, or that have a meaning in the header."""
_DEVICES: Final = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
"""Names that Windows keeps for devices."""
_EMPTY: Final = "download"
_MOST_ANNOUNCED: Final = 31 * 1024 * 1024
"""Cloud Run refuses answers of more than 32 MiB whose size is announced over HTTP/1.1."""


def attachment(
    pieces: Generator[bytes, None, None], name: str, kind: str, size: int | None = None
) -> Response:
    """Return an answer whose bytes are sent as they come. `name` may be anybody's text; `kind` is
    the media type, and `size` the number of bytes, if it is known. Raises what `pieces` raise
    before the first piece, so that an error page can still be sent."""
    first = next(pieces, b"")
    answer = Response(chain([first], pieces), mimetype=kind)
    answer.call_on_close(pieces.close)
    safe = safe_name(name)
    plain = safe.encode("ascii", "replace").decode().replace("?", "_")
    answer.headers["Content-Disposition"] = (
        f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(safe, safe='')}"
    )
    # HTTP/1.1 sends an answer without a size in chunks, so a cut download shows as well.
    if size is not None and (size <= _MOST_ANNOUNCED or _is_http_1_0()):
        answer.headers["Content-Length"] = str(size)
    return answer


def _is_http_1_0() -> bool:
    """The server of the local console speaks HTTP/1.0, where only the size shows a cut download."""
    return bool(request.environ.get("SERVER_PROTOCOL") == "HTTP/1.0")


def safe_name(name: str) -> str:
    """Return a file name that stays in its folder, is not hidden, and shows all its characters. The
    end of a long name is kept, because it says which upload a reject file belongs to."""
    last = re.split(r"[/\\]", name)[-1]
    shown = "".join(char if char.isprintable() else "_" for char in _FORBIDDEN.sub("_", last))
    cut = shown.encode("utf-8", "replace")[-_MOST_BYTES:].decode("utf-8", "ignore")
    kept = cut.lstrip(".- ~").rstrip(". ")
    return f"_{kept}" if _DEVICES.match(kept) else kept or _EMPTY
