"""Writes credentials for the local cloud, which BigQuery's client requires.

They are a user's credentials with a token that never expires, so that no token is requested. With a
service account's key, google-auth would send a request to iamcredentials.googleapis.com.
"""

from pathlib import Path
from typing import Any

from csvgate_ops.local.cloud.files import read_json, write_json


def ensure_credentials(path: Path, project: str) -> None:
    """Write the file of application default credentials (mode 0600) unless it exists."""
    wanted = _user(project)
    if read_json(path) != wanted:
        write_json(path, wanted, mode=0o600)


def _user(project: str) -> dict[str, Any]:
    return {
        "type": "authorized_user",
        "account": f"csvgate-local@{project}.iam.gserviceaccount.com",
        "client_id": "local",
        "client_secret": "local",  # pragma: allowlist secret
        "refresh_token": "local",
        "token": "local-csvgate",
        "expiry": "9999-12-31T00:00:00Z",
    }
