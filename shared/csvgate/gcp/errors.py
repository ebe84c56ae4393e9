"""Translates the exceptions of Google's libraries to `Transient` and `Permanent`.

A malformed or oversized request is Permanent, since retrying cannot fix it. Everything else is
Transient, including a denied permission and a missing bucket or topic: those are faults of the
deployment and not of the file, new roles take minutes to take effect, and BigQuery reports
exhausted quotas as 403. The platform retries with backoff.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPException
from typing import Final

import requests
import urllib3.exceptions
from google.api_core import exceptions as api
from google.auth import exceptions as auth

from csvgate.gcp import SERVICES
from csvgate.runtime.errors import Failure, Permanent, Transient
from csvgate.runtime.library_words import service_words

LIBRARY_ERRORS: Final[tuple[type[Exception], ...]] = (
    api.GoogleAPICallError, api.RetryError, auth.GoogleAuthError,
    requests.RequestException, urllib3.exceptions.HTTPError, HTTPException,
    ConnectionError, TimeoutError,
)  # fmt: skip

_BY_STATUS: Final[dict[int, tuple[type[Failure], str, str]]] = {
    400: (Permanent, "refused", "the request is invalid; see the reason"),
    401: (Transient, "unauthenticated", "check the function's service account"),
    403: (
        Transient,
        "forbidden",
        "grant the function's service account its role (deploy/topology.yaml) or raise the quota;"
        " a new role takes minutes to take effect",
    ),
    404: (Transient, "missing", "it or its parent does not exist: deploy again to create it"),
    409: (Transient, "conflict", "another call is changing it; a retry will see the result"),
    412: (Transient, "changed", "another call changed it meanwhile; a retry will see the result"),
    413: (Permanent, "too_large", "the service does not accept a request of this size"),
    429: (Transient, "throttled", "the service limits the request rate, or a quota is exhausted"),
}
_ANY: Final = (Transient, "unavailable", "the service or the network failed; a retry may succeed")
_QUOTA: Final = {"rateLimitExceeded", "quotaExceeded"}
"""The reasons of a 403 of BigQuery that other APIs report as 429."""
_TAIL: Final = re.compile(r"(?<!\s)\s*:\s*\('Request failed with status code'.*", re.DOTALL)


def _cause(error: Exception) -> Exception:
    """Return the exception on which a library gave up retrying."""
    while isinstance(error, api.RetryError) and isinstance(error.cause, Exception):
        error = error.cause
    return error


def _details(error: Exception) -> list[Mapping[str, object]]:
    """Return the entries of `errors` in the answer of a JSON API."""
    return [each for each in getattr(_cause(error), "errors", ()) if isinstance(each, Mapping)]


def status(error: Exception) -> int | None:
    """Return the HTTP status, or the one equivalent to a gRPC code; None without an answer."""
    error = _cause(error)
    code = getattr(error, "code", None)
    if code is None:  # the media library's InvalidResponse
        code = getattr(getattr(error, "response", None), "status_code", None)
    return int(code) if isinstance(code, int) else None


def answer(error: Exception) -> str:
    """Return the service's or the library's words, uncut: to be searched, and not for messages."""
    error = _cause(error)
    return str(getattr(error, "message", None) or str(error) or type(error).__name__)


def reason(error: Exception) -> str:
    """Return the words on one line for a message, without quoted parts and query strings: anyone
    who reads the address of a resumable upload could write to the object. Not for calls that send
    rows (see `csvgate.gcp.write_api.errors`)."""
    return service_words(_TAIL.sub("", answer(error)))


def translate(error: Exception, service: str, resource: str, words: str | None = None) -> Failure:
    """Return the failure for an exception. `service` is a key of SERVICES and the prefix of the
    code; `resource` names what the operator should look at, such as `gs://bucket/name`; `words`
    replace those of `reason`."""
    code = status(error)
    kind, suffix, remedy = _BY_STATUS.get(code or 0, _ANY)
    if code == 403 and _QUOTA & {str(each.get("reason")) for each in _details(error)}:
        kind, suffix, remedy = _BY_STATUS[429]
    if code == 400 and isinstance(_cause(error), api.FailedPrecondition):
        kind, suffix, remedy = _BY_STATUS[412]  # the state of the resource, not the request
    if isinstance(_cause(error), auth.GoogleAuthError):
        kind, suffix, remedy = _BY_STATUS[401]
    outcome = f"answered {code}" if code else "did not answer"
    return kind(
        f"{service}.{suffix}",
        f"{SERVICES[service]} {outcome} for {resource}: {words or reason(error)} ({remedy})",
    )


@contextmanager
def translated(
    service: str, resource: str, also: tuple[type[Exception], ...] = ()
) -> Iterator[None]:
    """Translate what a library call raises, including the exceptions in `also`. Put nothing but
    the call inside."""
    try:
        yield
    except (*LIBRARY_ERRORS, *also) as error:
        raise translate(error, service, resource) from error
