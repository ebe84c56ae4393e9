"""Copy an object into the uploads bucket, without moving its bytes through this machine."""

from functools import partial
from typing import Any, Final, Protocol

from google.api_core import exceptions as api

from csvgate.gcp.blobs import info as info_of
from csvgate.gcp.errors import translated
from csvgate.ports import ObjectInfo

_failures = partial(translated, "storage")
_MOST_CALLS: Final = 10_000
"""One call copies at least 1 MiB between locations, and usually everything."""


class Copier(Protocol):
    def copy(self, source: ObjectInfo, bucket: str) -> ObjectInfo | None:
        """Copy this generation under its name, unless the name is taken; then return None. Raises
        Transient and Permanent; if it raises Transient, the copy may exist."""


class GcsCopier:
    """Copies by `rewrite` of the Cloud Storage client."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def copy(self, source: ObjectInfo, bucket: str) -> ObjectInfo | None:
        original = self._client.bucket(source.bucket).blob(
            source.name, generation=source.generation
        )
        blob = self._client.bucket(bucket).blob(source.name)
        with _failures(f"gs://{bucket}/{source.name}"):
            # The precondition of the rewrite decides; this look saves the copying of what is there.
            if blob.exists():
                return None
            token = None
            try:
                for _ in range(_MOST_CALLS):
                    token, _, _ = blob.rewrite(
                        original,
                        token=token,
                        if_generation_match=0,
                        if_source_generation_match=source.generation,
                    )
                    if token is None:
                        break
            except api.PreconditionFailed:
                return None
            return info_of(blob)
