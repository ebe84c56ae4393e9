"""The Mailer port over SendGrid's v3 mail/send.

SendGrid has no idempotency key, so the failure's code says whether the email may have been sent.
The client library uses urllib: it raises `URLError` before the request was sent completely, and
anything else after. One deadline limits the whole send; if it ends after the request was begun, the
email may have been sent.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parseaddr
from http.client import HTTPException
from typing import Any, Final
from urllib.error import URLError

from csvgate.gcp.send_deadline import SendDeadline
from csvgate.ports import SEND_SECONDS, Email
from csvgate.runtime.errors import Failure, Permanent, Transient
from csvgate.runtime.library_words import library_words, service_words

UNSENT: Final = "mail.unsent"
UNKNOWN: Final = "mail.unknown"
REFUSED: Final = "mail.refused"
CREDITS: Final = "mail.credits"

_ACCEPTED: Final = 202
_GATEWAY: Final = frozenset({502, 504})
"""The answers of a gateway; the service behind it may have accepted the email."""
_NO_CREDITS: Final = "maximum credits exceeded"
"""SendGrid's answer, with status 401, once the plan's emails are used up. The key is not wrong."""
_CREDITS_HINT: Final = (
    " (the account has sent as many emails as its plan allows: wait until the plan's next period, "
    "or raise the plan)"
)
_NO_TRACKING: Final = {
    # Links must open exactly what they show, and a report on an upload is not a newsletter.
    "click_tracking": {"enable": False, "enable_text": False},
    "open_tracking": {"enable": False},
    "subscription_tracking": {"enable": False},
}


class SendGridMailer:
    """Sends one request per email, with one personalization per recipient, so that recipients do
    not see each other.

    `deadline_seconds` limits the whole send: connecting, sending, and waiting for an answer that
    may arrive slowly. The library has no limit by default.
    """

    def __init__(
        self,
        api_key: str,
        host: str = "https://api.sendgrid.com",
        deadline_seconds: float = SEND_SECONDS,
    ) -> None:
        self._key = api_key.strip()  # secrets are often stored with the newline of their file
        self._host = host.rstrip("/")
        self._deadline = deadline_seconds

    def send(self, email: Email) -> str:
        """Send the email and return its X-Message-Id. Raises as `ports.Mailer` says. SendGrid
        itself refuses an email with no recipients or more than 1,000."""
        if not self._key:
            # The library would fall back to the environment.
            raise Permanent(
                REFUSED, "the email was not sent to SendGrid: SENDGRID_API_KEY is empty"
            )
        # Imported here, so that an instance that never sends an email does not load the client.
        from python_http_client.exceptions import HTTPError

        from csvgate.gcp.sendgrid_client import post_mail

        deadline = SendDeadline(self._deadline)
        try:
            with deadline:
                response = post_mail(self._key, self._host, request_body(email), deadline)
        except HTTPError as error:
            raise self._answered(error.status_code, error.body, error.headers) from error
        except (OSError, HTTPException) as error:
            reason = _reason_of(error)
            late = deadline.is_over or isinstance(reason, TimeoutError)
            if late and deadline.has_begun:
                message = f"SendGrid did not answer within {self._deadline:g} s"
                raise Transient(UNKNOWN, message) from error
            if isinstance(error, URLError):
                why = f"not connected within {self._deadline:g} s" if late else reason
                raise self._not_sent(why) from error
            raise Transient(UNKNOWN, f"SendGrid did not answer: {library_words(error)}") from error
        except ValueError:
            # The exception and its context may quote the header with the key.
            message = f"host {self._host!r} or SENDGRID_API_KEY has characters that are not allowed"
            raise Permanent(REFUSED, message) from None
        if response.status_code != _ACCEPTED:
            message = f"SendGrid answered {response.status_code} instead of 202 (accepted)"
            raise Transient(UNKNOWN, message)
        return str(response.headers.get("X-Message-Id") or "")

    def _not_sent(self, reason: BaseException | str) -> Failure:
        lost = isinstance(reason, ConnectionError) and not isinstance(
            reason, ConnectionRefusedError
        )
        why = service_words(reason) if isinstance(reason, str) else library_words(reason)
        message = f"cannot reach SendGrid at {self._host}: {why}"
        return Transient(UNKNOWN if lost else UNSENT, message)

    def _answered(self, status: int, body: bytes, headers: Mapping[str, str]) -> Failure:
        text = _error_text(body).replace(self._key, "[key]")
        if status == 401 and _NO_CREDITS in text.casefold():
            return Transient(CREDITS, f"SendGrid answered {status}: {text}{_CREDITS_HINT}")
        message = f"SendGrid answered {status}: {text}{_hint(status, headers)}"
        if 400 <= status < 500 and status != 429:
            return Permanent(REFUSED, message)
        return Transient(UNKNOWN if status in _GATEWAY else UNSENT, message)


def request_body(email: Email) -> dict[str, Any]:
    """Return the JSON of mail/send. Addresses that differ only in case are used once, because
    SendGrid refuses a request with duplicates. text/plain has to come first."""
    recipients: dict[str, dict[str, str]] = {}
    for address in map(_address, email.recipients):
        recipients.setdefault(address["email"].casefold(), address)
    return {
        "personalizations": [{"to": [address]} for address in recipients.values()],
        "from": _address(email.sender),
        "subject": email.subject,
        "content": [
            {"type": "text/plain", "value": email.text},
            {"type": "text/html", "value": email.html},
        ],
        "custom_args": dict(email.custom_args),
        "tracking_settings": _NO_TRACKING,
    }


def _address(text: str) -> dict[str, str]:
    """Parse `a@b.example` or `Name <a@b.example>`; SendGrid gets to refuse any other text."""
    name, address = parseaddr(text)
    found = {"email": address or text.strip()}
    return {**found, "name": name} if name and address else found


def _error_text(body: bytes) -> str:
    """Return SendGrid's error messages on one line, each after the field that it concerns, without
    the parts of the email that they quote. A body that is not SendGrid's JSON comes from a proxy,
    which may repeat the request."""
    try:
        errors = json.loads(body)["errors"][:5]
        messages = [": ".join(str(e[k]) for k in ("field", "message") if e.get(k)) for e in errors]
    except (ValueError, TypeError, KeyError, AttributeError):
        return "without a reason"
    return "; ".join(map(service_words, messages)) or "without a reason"


def _reason_of(error: Exception) -> BaseException | str:
    """Return why urllib could not send a request; of any other exception the exception itself."""
    return error.reason if isinstance(error, URLError) else error


def _hint(status: int, headers: Mapping[str, str]) -> str:
    """Return when to try again or what to check, in parentheses, if the answer suggests it."""
    if status in (401, 403):
        return " (check SENDGRID_API_KEY and its permissions, and that the sender is verified)"
    after, reset = headers.get("Retry-After"), headers.get("X-RateLimit-Reset") or ""
    if after:
        return f" (try again after {_one_line(after, 40)}{' s' if after.isdecimal() else ''})"
    if status == 429 and reset.isdecimal() and len(reset) <= 11:
        return f" (the limit is lifted at {datetime.fromtimestamp(int(reset), UTC).isoformat()})"
    return ""


def _one_line(text: str, limit: int) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:limit]
