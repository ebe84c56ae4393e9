"""Credentials for the local cloud, because BigQuery's client insists on some.

They are a user's, with a token that never expires: nobody has to be asked for one. With the key of
a service account, google-auth would ask iamcredentials.googleapis.com where its tokens may be used.
"""

from pathlib import Path
from typing import Any

from csvgate_ops.local.cloud.files import read_json, write_json


def ensure_credentials(path: Path, project: str) -> None:
    """Write the file (mode 0600) of application default credentials, unless it is there."""
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
