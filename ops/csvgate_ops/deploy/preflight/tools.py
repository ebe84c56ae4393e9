"""The Google Cloud CLI on this machine: its components."""

from collections.abc import Mapping
from typing import Final

from csvgate_ops.deploy.doctor.model import Check, Fault
from csvgate_ops.deploy.kinds.kind import Reader

VERSION: Final = ("gcloud", "version")
_COMPONENTS: Final[Mapping[str, str]] = {
    "alpha": "alert policies cannot be created",
    "beta": "service agents and notification channels cannot be created",
    "bq": "datasets and tables cannot be created",
}
"""Components that a deploy uses, with the consequence if one is missing. A Debian package of the
CLI has them all; the installer and GitHub's setup-gcloud bring neither alpha nor beta."""


def check(reader: Reader) -> Check:
    """Return the check of the components. Raises GcloudMissing, CommandFailed."""
    installed = reader.read(VERSION)
    faults = tuple(
        Fault(
            "gcloud.component",
            f"component {name} is not installed: {consequence}",
            (f"gcloud components install {name}",),
        )
        for name, consequence in _COMPONENTS.items()
        if name not in installed
    )
    return Check("Google Cloud CLI", str(installed.get("Google Cloud SDK", "")), faults)
