"""The public keys of Google's signed tokens, fetched when they are needed."""

import json
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from csvgate.runtime.errors import Transient

Fetch = Callable[[str], bytes]
_FRESH: Final = timedelta(hours=1)
"""Keys are announced days before they sign, and are removed from the list when they are
revoked."""
_BETWEEN_FETCHES: Final = timedelta(minutes=1)
"""A forged token can contain any key id, so an unknown id must not cause a fetch each time."""
_FETCH_SECONDS: Final = 10.0


class PublicKeys:
    """Keys or certificates in PEM format by their ids. Safe to use from several threads."""

    def __init__(self, url: str, fetch: Fetch, clock: Callable[[], datetime]) -> None:
        self._url, self._fetch, self._clock = url, fetch, clock
        self._lock = threading.Lock()
        self._keys: Mapping[str, str] = {}
        self._fetched_at: datetime | None = None

    def get(self, key_id: str) -> str | None:
        """Return the key, or None when the issuer has no key of this id. Raises Transient when the
        keys cannot be fetched and those in memory are too old."""
        with self._lock:
            age = None if self._fetched_at is None else self._clock() - self._fetched_at
            unknown = key_id not in self._keys
            if age is None or age >= _FRESH or (unknown and age >= _BETWEEN_FETCHES):
                self._keys = self._read()
                self._fetched_at = self._clock()
            return self._keys.get(key_id)

    def _read(self) -> Mapping[str, str]:
        try:
            found = json.loads(self._fetch(self._url))
        except (OSError, ValueError) as error:
            words = type(error).__name__
            raise Transient("identity.keys", f"cannot read {self._url}: {words}") from error
        if not isinstance(found, dict) or not all(isinstance(v, str) for v in found.values()):
            raise Transient("identity.keys", f"{self._url} does not have keys by their ids")
        return found


def fetch(url: str) -> bytes:
    """Return what the address answers. Raises OSError."""
    import requests

    answer = requests.get(url, timeout=_FETCH_SECONDS)
    answer.raise_for_status()
    return answer.content
