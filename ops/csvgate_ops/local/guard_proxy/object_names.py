"""Lists the names of objects from the folder in which fake-gcs-server keeps them.

For each page of a listing fake-gcs-server walks the whole bucket, and reads the attributes of every
object with the prefix: a ledger with 100,000 uploads takes seconds for a page. Here a page reads
only the folders that its names are in. Other listings (with a delimiter, of generations, or with
more than names) are left to fake-gcs-server.
"""

import json
import os
import time
from bisect import bisect_left
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

_START, _END = "/storage/v1/b/", "/o"
_NAMES_ONLY: Final = "items(name),nextPageToken"
_PARAMETERS: Final = {"prefix", "maxResults", "pageToken", "fields", "projection", "prettyPrint"}
_MOST: Final = 1000
"""Names in one page, as in Cloud Storage."""
_ATTRIBUTES: Final = "user.metadata"
"""The extended attribute in which fake-gcs-server keeps an object's metadata."""
_SETTLED_NS: Final = 1_000_000_000
"""A folder that was last changed at least this long ago has another time after its next change: the
clock of a file system has steps of some milliseconds."""


def answer(root: Path, target: str) -> bytes | None:
    """Return the body of the response to `GET target`; None if fake-gcs-server has to answer.
    `root` has a folder for each bucket."""
    parts = urlsplit(target)
    asked = dict(parse_qsl(parts.query, keep_blank_values=True))
    bucket = unquote(parts.path.removeprefix(_START).removesuffix(_END))
    if not (parts.path.startswith(_START) and parts.path.endswith(_END) and _is_name(bucket)):
        return None
    if asked.get("fields") != _NAMES_ONLY or not set(asked) <= _PARAMETERS:
        return None
    prefix, most = asked.get("prefix", ""), asked.get("maxResults", str(_MOST))
    folders = prefix.split("/")[:-1]
    if not (most.isascii() and most.isdecimal() and int(most) > 0 and all(map(_is_name, folders))):
        return None
    if not (root / bucket).is_dir():
        return None
    most_names = min(int(most), _MOST)
    found = names(root / bucket, prefix, asked.get("pageToken", ""))
    page = list(islice(found, most_names + 1))
    body: dict[str, object] = {"kind": "storage#objects"}
    if page:
        body["items"] = [{"name": name} for name in page[:most_names]]
    if len(page) > most_names:
        body["nextPageToken"] = page[most_names - 1]
    return json.dumps(body).encode()


def names(bucket: Path, prefix: str, after: str = "") -> Iterator[str]:
    """Yield the names of the objects with this prefix that follow `after`, in the order of their
    UTF-8 bytes, which is also that of their characters."""
    folder = prefix[: prefix.rfind("/") + 1]
    return _walk(bucket / folder, folder, prefix, after)


def _walk(path: Path, start: str, prefix: str, after: str) -> Iterator[str]:
    """Yield the names below the folder `path`. Names of objects in it begin with `start`."""
    if after > start and not after.startswith(start):
        return
    entries = _entries(path)
    first = bisect_left(entries, _step(after, start))
    for entry in islice(entries, max(first, bisect_left(entries, _step(prefix, start))), None):
        name = start + entry
        if not name.startswith(prefix):
            return
        if entry.endswith("/"):
            yield from _walk(path / entry, name, prefix, after)
        elif name > after and not (entry.startswith(".") and _is_draft(path / entry)):
            yield name


def _step(name: str, start: str) -> str:
    """Return the part of `name` that follows `start`, up to a slash; empty if it begins
    otherwise."""
    head, slash, _ = name[len(start) :].partition("/")
    return head + slash if name.startswith(start) else ""


def _entries(path: Path) -> list[str]:
    """Return the names in a folder in order. A folder in it stands for names that have a slash
    there, which decides their place among the others."""
    try:
        changed = path.stat().st_mtime_ns
        if time.time_ns() - changed < _SETTLED_NS:
            return _read(path)
        return _unchanged(path, changed)
    except (FileNotFoundError, NotADirectoryError):
        return []


def _read(path: Path) -> list[str]:
    with os.scandir(path) as entries:
        return sorted(
            f"{entry.name}/" if entry.is_dir(follow_symlinks=False) else entry.name
            for entry in entries
        )


@lru_cache(16)
def _unchanged(path: Path, changed: int) -> list[str]:  # noqa: ARG001 - a part of the key
    """Return the names in a folder that was changed at this time, in nanoseconds. The pages of a
    listing read a folder of 65,000 names once, which takes 0.1 s."""
    return _read(path)


def _is_draft(path: Path) -> bool:
    """Return whether fake-gcs-server has not renamed the file to the name of its object yet."""
    try:
        os.getxattr(path, _ATTRIBUTES)
    except OSError:
        return True
    return False


def _is_name(part: str) -> bool:
    """Return whether this is the name of an entry of a folder, which cannot lead out of it."""
    return part not in ("", ".", "..") and "/" not in part and "\0" not in part
