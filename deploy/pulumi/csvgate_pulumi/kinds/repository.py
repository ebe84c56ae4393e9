"""The Artifact Registry repository that holds the images of the functions."""

from typing import Any

import pulumi_gcp as gcp

from csvgate_pulumi.kinds.labels import labels
from csvgate_pulumi.site import Site, Wanted


def repository(site: Site, wanted: Wanted, options: Any) -> Any:
    return gcp.artifactregistry.Repository(
        str(wanted.key),
        repository_id=wanted.key.name,
        format="DOCKER",
        labels=labels(wanted),
        kms_key_name=wanted.get("kms_key"),
        location=site.place.region,
        project=site.place.project,
        opts=options,
    )
