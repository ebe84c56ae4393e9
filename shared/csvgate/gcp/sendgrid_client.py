"""SendGrid's client library with a deadline for the whole request. Imported only when an email is
sent, so that other instances do not load the library."""

import logging
from typing import Any
from urllib.request import OpenerDirector, Request

from python_http_client import Client
from sendgrid import SendGridAPIClient

from csvgate.gcp.send_deadline import SendDeadline


def post_mail(key: str, host: str, body: dict[str, Any], deadline: SendDeadline) -> Any:
    """Send the request body to mail/send and return the library's response. Raises what the
    library and urllib raise."""
    # At level DEBUG the library logs the whole email and every header, including the key.
    logging.getLogger("python_http_client.client").setLevel(logging.INFO)
    headers = SendGridAPIClient(key, host=host).client.request_headers
    return _DeadlineClient(host, headers, deadline).post(request_body=body)


class _DeadlineClient(Client):  # type: ignore[misc]  # the library has no types
    """The library builds an opener for each request; this one ends at the deadline."""

    def __init__(self, host: str, headers: dict[str, str], deadline: SendDeadline) -> None:
        super().__init__(host=host, request_headers=headers, version=3, url_path=["mail", "send"])
        self.deadline = deadline

    def _make_request(
        self,
        opener: OpenerDirector,  # noqa: ARG002 - without a deadline
        request: Request,
        timeout: float | None = None,  # noqa: ARG002 - for each wait, not for all
    ) -> Any:
        deadline = self.deadline
        return super()._make_request(deadline.opener(), request, timeout=deadline.left())
