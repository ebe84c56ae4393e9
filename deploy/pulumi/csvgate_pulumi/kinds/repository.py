"""The Artifact Registry repository that holds the images of the functions."""

from typing import Any

import pulumi_gcp as gcp

from csvgate_pulumi.site import Site, Wanted


def repository(site: Site, wanted: Wanted, options: Any) -> Any:
    return gcp.artifactregistry.Repository(
        str(wanted.key),
        repository_id=wanted.key.name,
        format="DOCKER",
        location=site.place.region,
        project=site.place.project,
        opts=options,
    )
