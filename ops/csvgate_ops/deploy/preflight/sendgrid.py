"""Whether SendGrid accepts the key, and emails from the sender."""

import base64
import binascii
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any, Final

from csvgate_ops.deploy import DeployError
from csvgate_ops.deploy.doctor.model import Check, Fault
from csvgate_ops.deploy.preflight import answers
from csvgate_ops.deploy.preflight.context import Context, Family

VARIABLE: Final = "SENDGRID_API_KEY"
_HOST: Final = "https://api.sendgrid.com"
_SECONDS: Final = 30
_SUBJECT: Final = "SendGrid"


class NoAnswer(DeployError):
    """SendGrid cannot be reached, or its answer is not understood."""


def find(context: Context) -> Iterator[Check]:
    used = next(
        (f for f in context.topology.functions.values() if VARIABLE in f.secrets),
        None,
    )
    if used is None:
        return
    secret = used.secrets[VARIABLE]
    key = context.request.mail_key or _read(context, secret.secret, secret.version)
    if not key:
        hint = f"there is no key: set the variable {VARIABLE}, or use --read-secret"
        yield Check(_SUBJECT, skipped=hint)
        return
    host = used.environment.get("SENDGRID_HOST", _HOST)
    service = _SendGrid(host, key.strip())
    yield from _examined(context, service, secret.secret)


def _read(context: Context, name: str, version: str) -> str:
    """Return the key from Secret Manager if the user allows it, or "" if it is not there."""
    if not context.request.reads_secret or "secretmanager.googleapis.com" not in context.apis:
        return ""
    access = ("gcloud", "secrets", "versions", "access", version, f"--secret={name}")
    answer = answers.found(context.reader, (*access, context.where))
    if answer is None:
        return ""
    try:
        # gcloud leaves the URL-safe alphabet of the API's JSON as it is.
        return base64.urlsafe_b64decode(answer["payload"]["data"]).decode("ascii")
    except (KeyError, ValueError, binascii.Error):
        raise NoAnswer(f"secret {name} has no value that can be a key") from None


class _SendGrid:
    """Reads from SendGrid's API. The key appears in no message."""

    def __init__(self, host: str, key: str) -> None:
        self._host, self._key = host.rstrip("/"), key

    def get(self, path: str) -> tuple[int, Any]:
        """Return status and JSON. Raises NoAnswer."""
        try:
            request = urllib.request.Request(  # noqa: S310 - the address is the function's
                f"{self._host}/v3/{path}", headers={"Authorization": f"Bearer {self._key}"}
            )
            with urllib.request.urlopen(request, timeout=_SECONDS) as response:  # noqa: S310
                return response.status, json.load(response)
        except urllib.error.HTTPError as error:
            error.close()
            return error.code, None
        except (OSError, ValueError) as error:
            kind = type(error).__name__
            # The exception and its context may quote the request with the key.
            raise NoAnswer(f"{self._host} did not answer ({kind})") from None


def _examined(context: Context, service: _SendGrid, secret: str) -> Iterator[Check]:
    status, answer = service.get("scopes")
    if status == 401:
        add = f"gcloud secrets versions add {secret} --data-file=- {context.where} < FILE"
        fault = Fault("sendgrid.key", "does not accept the key: create another one", (add,))
        yield Check(_SUBJECT, faults=(fault,))
        return
    if status != 200:
        yield Check(_SUBJECT, skipped=f"SendGrid answered {status}")
        return
    if "mail.send" not in answer.get("scopes", ()):
        description = "the key may not send emails: grant it Mail Send under Settings → API Keys"
        yield Check(_SUBJECT, faults=(Fault("sendgrid.scope", description),))
        return
    yield Check(f"{_SUBJECT} key", "may send emails")
    yield _sender(context, service)


def _sender(context: Context, service: _SendGrid) -> Check:
    sender = context.settings.sender
    subject, domain = f"{_SUBJECT} sender {sender}", sender.rpartition("@")[2].casefold()
    seen, senders = service.get("verified_senders")
    for each in (senders or {}).get("results", ()):
        if each.get("verified") and str(each.get("from_email")).casefold() == sender.casefold():
            return Check(subject, "is verified")
    listed, domains = service.get(f"whitelabel/domains?domain={domain}")
    for each in domains or ():
        if each.get("valid") and str(each.get("domain")).casefold() == domain:
            return Check(subject, f"domain {domain} is authenticated")
    if (seen, listed) != (200, 200):
        where = "Settings → Sender Authentication"
        return Check(
            subject, skipped=f"the key may only send, as it should: look under {where} yourself"
        )
    description = (
        f"neither the address nor the domain {domain} is verified: SendGrid refuses every email. "
        "Add one under Settings → Sender Authentication"
    )
    return Check(subject, faults=(Fault("sendgrid.sender", description),))


FAMILY = Family(_SUBJECT, find)
