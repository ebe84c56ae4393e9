"""Point the real gcloud and bq at a stand-in."""

import os
import shutil
from pathlib import Path

SERVICES = (
    *("ARTIFACTREGISTRY", "BIGQUERY", "CLOUDBUILD", "CLOUDFUNCTIONS", "CLOUDRESOURCEMANAGER"),
    *("CLOUDBILLING", "CLOUDKMS", "CLOUDSCHEDULER", "COMPUTE", "VPCACCESS"),
    *(
        "EVENTARC",
        "IAM",
        "IAP",
        "LOGGING",
        "MONITORING",
        "PUBSUB",
        "RUN",
        "SECRETMANAGER",
        "SERVICEUSAGE",
        "STORAGE",
    ),
)


def missing() -> str | None:
    """Return why gcloud and bq cannot run here, or None."""
    if shutil.which("gcloud") is None or shutil.which("bq") is None:
        return "needs gcloud and bq"
    return None if _discovery().is_file() else "needs the bq that comes with gcloud"


def root() -> Path:
    """Return the folder in which the SDK is installed."""
    return Path(str(shutil.which("gcloud"))).resolve().parents[1]


def _discovery() -> Path:
    """Return the description of BigQuery's API that bq contains; otherwise it asks Google for
    one."""
    return root() / "platform" / "bq" / "discovery_next" / "bigquery.json"


def environment(address: str, directory: Path) -> dict[str, str]:
    """Return the environment for gcloud: without the user's account, and only with the stand-in."""
    token, bigqueryrc = directory / "token", directory / "bigqueryrc"
    token.write_text("stand-in")
    bigqueryrc.write_text(f"api = {address}\ndiscovery_file = {_discovery()}\n")
    overrides = {
        f"CLOUDSDK_API_ENDPOINT_OVERRIDES_{name}": f"{address}/{name.lower()}/" for name in SERVICES
    }
    # For some commands of Cloud Run gcloud puts the region before the host's name. A name that
    # nobody resolves goes to the proxy, which is the stand-in.
    _, _, port = address.rpartition(":")
    overrides["CLOUDSDK_API_ENDPOINT_OVERRIDES_RUN"] = f"http://run.stand-in:{port}/run/"
    return {
        **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
        **overrides,
        "CLOUDSDK_CONFIG": str(directory / "gcloud"),
        "CLOUDSDK_AUTH_ACCESS_TOKEN_FILE": str(token),
        "CLOUDSDK_CORE_DISABLE_PROMPTS": "1",
        "CLOUDSDK_CORE_DISABLE_USAGE_REPORTING": "true",
        "CLOUDSDK_CORE_DISABLE_FILE_LOGGING": "true",
        "CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK": "true",
        "BIGQUERYRC": str(bigqueryrc),
        # Requests without an override must not leave this machine.
        "http_proxy": address,
        "https_proxy": "http://127.0.0.1:9",
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
    }
