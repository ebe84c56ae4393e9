"""The entry of the index by content."""

from datetime import datetime

from csvgate.protocol.events import UploadRef
from csvgate.protocol.ledger.entries import Entry


class ContentEntry(Entry):
    """An upload with this content. Whether its rows are in the table is what its attempts say."""

    upload: UploadRef
    md5: str = ""
    """The MD5 in base64; empty if Cloud Storage has none, as for composite objects."""
    at: datetime
    """When the upload was pinned."""
