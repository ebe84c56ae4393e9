"""The translation of the libraries' exceptions."""

from typing import Any

import pytest
import requests
from google.api_core import exceptions as api_exceptions
from google.auth import exceptions as auth_exceptions

from csvgate.gcp.errors import translate, translated
from csvgate.runtime.errors import Failure, Permanent, Transient

api: Any = api_exceptions  # their constructors have no types
auth: Any = auth_exceptions


@pytest.mark.parametrize(
    ("error", "kind", "code"),
    [
        (api.InvalidArgument("x"), Permanent, "pubsub.refused"),
        (api.from_http_status(413, "x"), Permanent, "pubsub.too_large"),
        (api.FailedPrecondition("x"), Transient, "pubsub.changed"),
        (api.Unauthenticated("x"), Transient, "pubsub.unauthenticated"),
        (auth.RefreshError("x"), Transient, "pubsub.unauthenticated"),
        (auth.DefaultCredentialsError("x"), Transient, "pubsub.unauthenticated"),
        (api.PermissionDenied("x"), Transient, "pubsub.forbidden"),
        (api.NotFound("x"), Transient, "pubsub.missing"),
        (api.Aborted("x"), Transient, "pubsub.conflict"),
        (api.ResourceExhausted("x"), Transient, "pubsub.throttled"),
        (api.InternalServerError("x"), Transient, "pubsub.unavailable"),
        (api.ServiceUnavailable("x"), Transient, "pubsub.unavailable"),
        (api.DeadlineExceeded("x"), Transient, "pubsub.unavailable"),
        (api.Cancelled("x"), Transient, "pubsub.unavailable"),
        (api.RetryError("gave up", api.ServiceUnavailable("x")), Transient, "pubsub.unavailable"),
        (api.RetryError("gave up", api.ResourceExhausted("x")), Transient, "pubsub.throttled"),
        (requests.ConnectTimeout("x"), Transient, "pubsub.unavailable"),
        (ConnectionResetError("x"), Transient, "pubsub.unavailable"),
        (TimeoutError("x"), Transient, "pubsub.unavailable"),
    ],
    ids=repr,
)
def test_each_has_its_kind_and_code(error: Exception, kind: type[Failure], code: str) -> None:
    failure = translate(error, "pubsub", "topic t")
    assert (type(failure), failure.code) == (kind, code)
    assert "Pub/Sub" in failure.message
    assert "topic t" in failure.message
    assert ": x (" in failure.message


@pytest.mark.parametrize("reason", ["rateLimitExceeded", "quotaExceeded"])
def test_an_exhausted_quota_of_bigquery_is_a_403(reason: str) -> None:
    refused = api.Forbidden("x", errors=[{"reason": reason}])
    assert translate(refused, "bigquery", "table t").code == "bigquery.throttled"
    denied = api.Forbidden("x", errors=[{"reason": "accessDenied"}])
    assert translate(denied, "bigquery", "table t").code == "bigquery.forbidden"


def test_the_cause_is_kept() -> None:
    cause = api.NotFound("x")
    with pytest.raises(Transient) as caught, translated("storage", "gs://b"):
        raise cause
    assert caught.value.__cause__ is cause


def test_other_exceptions_pass() -> None:
    with pytest.raises(KeyError), translated("storage", "gs://b"):
        raise KeyError


def test_messages_do_not_contain_signed_addresses() -> None:
    words = "url: /upload/storage/v1/b/x/o?uploadType=resumable&upload_id=SECRET (refused)"
    failure = translate(requests.ConnectionError(words), "storage", "gs://b/x")
    assert "SECRET" not in failure.message
    assert "(refused)" in failure.message
