"""What the name of a reject file says: of which upload it is."""

import re
from typing import Final

from csvgate.validation.faults import FileFault

_NAMED: Final = re.compile(r"\.([0-9a-f]{20})-[0-9a-f]{16}\.rejects")


def upload_named(name: str) -> str | None:
    """The id of the upload, in the name of a reject file or one made from it."""
    found = _NAMED.search(name)
    return found[1] if found else None


def unnamed() -> FileFault:
    return FileFault(
        "correction.unnamed",
        "this is a reject file, but its name does not say of which upload; keep the part like "
        ".0123456789abcdef0123-0123456789abcdef.rejects of the name it had",
    )
