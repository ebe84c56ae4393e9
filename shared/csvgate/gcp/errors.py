"""One translation from what Google's libraries raise to `Transient` and `Permanent`.

Retrying cannot mend a malformed or oversized request: Permanent. Everything else is Transient,
also a denied permission and a missing bucket or topic: those are faults of a deploy, not of the
file, roles take minutes to spread, and BigQuery reports exhausted quotas as 403. The platform
backs off, and after its last attempt parks the message, untouched, in the dead-letter topic.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from typing import Final

import requests
import urllib3.exceptions
from google.api_core import exceptions as api
from google.auth import exceptions as auth

from csvgate.gcp import SERVICES
from csvgate.runtime.errors import Failure, Permanent, Transient

LIBRARY_ERRORS: Final[tuple[type[Exception], ...]] = (
    api.GoogleAPICallError, api.RetryError, auth.GoogleAuthError,
    requests.RequestException, urllib3.exceptions.HTTPError, HTTPException,
    ConnectionError, TimeoutError,
)  # fmt: skip

_BY_STATUS: Final[dict[int, tuple[type[Failure], str, str]]] = {
    400: (Permanent, "refused", "the request itself is at fault; see the reason"),
    401: (Transient, "unauthenticated", "check the function's service account"),
    403: (
        Transient,
        "forbidden",
        "grant the function's service account its role (deploy/topology.yaml) or raise the quota;"
        " a new role takes minutes to spread",
    ),
    404: (Transient, "missing", "it, or what should hold it, does not exist: deploy again"),
    409: (Transient, "conflict", "another call is changing it; a retry will see the outcome"),
    412: (Transient, "changed", "somebody changed it meanwhile; a retry will see the outcome"),
    413: (Permanent, "too_large", "the service takes no request of this size"),
    429: (Transient, "throttled", "the service asks to slow down, or a quota is used up"),
}
_ANY: Final = (Transient, "unavailable", "the service or the way to it failed; a retry may pass")
_QUERY: Final = re.compile(r"\?[^\s'\"]+")
_TAIL: Final = re.compile(r"\s*:\s*\('Request failed with status code'.*", re.DOTALL)


def _cause(error: Exception) -> Exception:
    """What a library gave up retrying on."""
    while isinstance(error, api.RetryError) and isinstance(error.cause, Exception):
        error = error.cause
    return error


def status(error: Exception) -> int | None:
    """The HTTP status, or its equivalent of a gRPC code; None when no answer came."""
    error = _cause(error)
    code = getattr(error, "code", None)
    if code is None:  # the media library's InvalidResponse
        code = getattr(getattr(error, "response", None), "status_code", None)
    return int(code) if isinstance(code, int) else None


def reason(error: Exception) -> str:
    """The library's words on one line, without query strings: the address of a resumable upload
    lets anyone who reads it write to the object."""
    error = _cause(error)
    words = getattr(error, "message", None) or str(error) or type(error).__name__
    return _QUERY.sub("?…", " ".join(_TAIL.sub("", str(words)).split()))[:400]


def translate(error: Exception, service: str, resource: str) -> Failure:
    """`service` is a key of SERVICES and the prefix of the code; `resource` is what the operator
    should look at, for instance `gs://bucket/name` or `topic validated-records`."""
    code = status(error)
    kind, suffix, remedy = _BY_STATUS.get(code or 0, _ANY)
    if code == 400 and isinstance(_cause(error), api.FailedPrecondition):
        kind, suffix, remedy = _BY_STATUS[412]  # the state of the resource, not the request
    if isinstance(_cause(error), auth.GoogleAuthError):
        kind, suffix, remedy = _BY_STATUS[401]
    answer = f"answered {code}" if code else "did not answer"
    return kind(
        f"{service}.{suffix}",
        f"{SERVICES[service]} {answer} for {resource}: {reason(error)} ({remedy})",
    )


@contextmanager
def translated(
    service: str, resource: str, also: tuple[type[Exception], ...] = ()
) -> Iterator[None]:
    """Around a library's call, and nothing else: raises its exceptions (and `also`) translated."""
    try:
        yield
    except (*LIBRARY_ERRORS, *also) as error:
        raise translate(error, service, resource) from error
