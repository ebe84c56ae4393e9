"""Environment variables for the processes of the local cloud and for its clients."""

from collections.abc import Mapping
from typing import Any

KEPT = ("PATH", "HOME", "USER", "LANG", "LC_ALL", "TZ", "TMPDIR", "JAVA_HOME")
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "grpc_proxy", "ftp_proxy")
LOOPBACK = "127.0.0.1,localhost"


def inherited(outer: Mapping[str, str]) -> dict[str, str]:
    """Return the part of the user's environment that child processes inherit.

    It has neither settings for Google Cloud nor proxies, so that nothing leaves this machine.
    """
    kept = {name: outer[name] for name in KEPT if name in outer}
    return kept | {
        "NO_PROXY": LOOPBACK,
        "no_proxy": LOOPBACK,
        "PYTHONUNBUFFERED": "1",
    }


def emulators(endpoints: Mapping[str, Any]) -> dict[str, str]:
    """Return the variables that point the official clients at a local cloud, from its endpoints."""
    return {
        "GOOGLE_CLOUD_PROJECT": endpoints["project"],
        "GOOGLE_APPLICATION_CREDENTIALS": endpoints["credentials"],
        "STORAGE_EMULATOR_HOST": endpoints["storage"],
        "PUBSUB_EMULATOR_HOST": endpoints["pubsub"],
        "PUBSUB_PROJECT_ID": endpoints["project"],
        "BIGQUERY_EMULATOR_HOST": endpoints["bigquery"],
        "BIGQUERY_STORAGE_EMULATOR_HOST": endpoints["bigquery_storage"],
        "SENDGRID_HOST": endpoints["mailbox"],
        "SENDGRID_API_KEY": "local",  # pragma: allowlist secret
    }


def exports(endpoints: Mapping[str, Any], outer: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that `csvgate env` prints; they exclude loopback from the user's
    proxy."""
    variables = emulators(endpoints)
    present = {name.lower() for name, value in outer.items() if value}
    if present & set(PROXIES):
        for name in ("NO_PROXY", "no_proxy"):
            known = [part for part in outer.get(name, "").split(",") if part]
            missing = [part for part in LOOPBACK.split(",") if part not in known]
            variables[name] = ",".join(known + missing)
    return variables
