"""Secrets, which are created empty, and a check that a person has added the version.

The value itself is not read: Pulumi would write it to its state.
"""

from typing import Any

import pulumi
import pulumi_gcp as gcp

from csvgate_ops.deploy.plan.model import Key
from csvgate_pulumi.kinds.labels import labels
from csvgate_pulumi.site import Site, Wanted


def secret(site: Site, wanted: Wanted, options: Any) -> Any:
    return gcp.secretmanager.Secret(
        str(wanted.key),
        secret_id=wanted.key.name,
        replication=_replication(wanted.get("locations")),
        labels=labels(wanted),
        project=site.place.project,
        opts=options,
    )


def _replication(locations: str | None) -> Any:
    """Replicate to these locations, or to those that Google chooses."""
    sm = gcp.secretmanager
    if not locations:
        return sm.SecretReplicationArgs(auto=sm.SecretReplicationAutoArgs())
    replicas = [
        sm.SecretReplicationUserManagedReplicaArgs(location=location)
        for location in locations.split(",")
    ]
    return sm.SecretReplicationArgs(
        user_managed=sm.SecretReplicationUserManagedArgs(replicas=replicas)
    )


def version(site: Site, wanted: Wanted, _options: Any) -> Any:
    """Return the name of the version once it is known to be enabled. The functions that use it
    wait for that."""
    name, _, number = wanted.key.name.partition("/")
    found = gcp.secretmanager.get_secret_version_output(
        secret=name,
        version=None if number == "latest" else number,
        fetch_secret_data=False,
        project=site.place.project,
        opts=site.after(site.made[Key("secret", name)]),
    )
    return found.enabled.apply(lambda enabled: _enabled(name, number, enabled))


def _enabled(name: str, number: str, enabled: bool) -> str:
    if not enabled:
        raise pulumi.RunError(
            f"version {number} of secret {name} is not enabled. Enable it, or choose another one "
            "under `secrets` in deploy/env"
        )
    return number
