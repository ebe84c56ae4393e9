"""Ask the project which permissions the account has.

gcloud has no command for it, and the project's policy is not enough: roles also come from groups,
folders and the organization. Therefore this one request is made without gcloud, with the token and
at the address that gcloud uses.
"""

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Collection
from typing import Final

from csvgate_ops.deploy import DeployError
from csvgate_ops.deploy.kinds.kind import Reader
from csvgate_ops.deploy.preflight.access.login import CONFIGURATION
from csvgate_ops.deploy.run.gcloud import CommandFailed, Runner

MOST: Final = 100
"""The most permissions that one request may name."""
_ADDRESS: Final = "https://cloudresourcemanager.googleapis.com/"
_TOKEN: Final = ("gcloud", "auth", "print-access-token")
_SECONDS: Final = 30


class NotTested(DeployError):
    """The project did not say which permissions the account has."""


def granted_to_caller(
    run: Runner, reader: Reader, project: str
) -> Callable[[Collection[str]], frozenset[str]]:
    """Return a function that returns those of the permissions which the account has on the project.
    It raises NotTested, CommandFailed."""

    def granted(permissions: Collection[str]) -> frozenset[str]:
        settings = reader.read(CONFIGURATION)
        overrides = settings.get("api_endpoint_overrides") or {}
        address = str(overrides.get("cloudresourcemanager") or _ADDRESS)
        finished = run(_TOKEN)
        if finished.code:
            raise CommandFailed(_TOKEN, finished)
        url = f"{address.rstrip('/')}/v1/projects/{project}:testIamPermissions"
        names = sorted(permissions)
        parts = [names[start : start + MOST] for start in range(0, len(names), MOST)]
        token = finished.stdout.strip()
        return frozenset(name for part in parts for name in _granted(url, token, part))

    return granted


def _granted(url: str, token: str, permissions: list[str]) -> list[str]:
    request = urllib.request.Request(  # noqa: S310 - the address is gcloud's
        url,
        json.dumps({"permissions": permissions}).encode(),
        {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS) as response:  # noqa: S310
            found: list[str] = json.load(response).get("permissions", [])
    except urllib.error.HTTPError as error:
        error.close()
        # The exception and its context hold the request with the token.
        raise NotTested(f"testIamPermissions was answered with {error.code}") from None
    except (OSError, ValueError) as error:
        kind = type(error).__name__
        raise NotTested(f"testIamPermissions was not answered ({kind})") from None
    return found
