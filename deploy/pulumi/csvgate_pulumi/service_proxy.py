"""Identity-Aware Proxy of a Cloud Run service, switched and read with Cloud Run's REST API.

pulumi-gcp can only switch it for services that it created itself, and Cloud Functions creates the
service of a function.
"""

from typing import Any, Final

ADDRESS: Final = "https://run.googleapis.com"
_SECONDS: Final = 60
_FIELD: Final = "iapEnabled"


def switch(session: Any, path: str, *, on: bool) -> None:
    """Switch the proxy on or off. `path` is `projects/P/locations/L/services/S`; `session` is an
    authorised session of requests. Raises its HTTPError."""
    url = f"{ADDRESS}/v2/{path}?updateMask={_FIELD}"
    session.patch(url, json={_FIELD: on}, timeout=_SECONDS).raise_for_status()


def is_on(session: Any, path: str) -> bool:
    """Return whether requests pass the proxy. Raises the session's HTTPError."""
    answer = session.get(f"{ADDRESS}/v2/{path}", timeout=_SECONDS)
    answer.raise_for_status()
    return bool(answer.json().get(_FIELD))
