"""APIs, Google's service agents and keys: what everything else needs."""

from typing import Any

import pulumi
import pulumi_gcp as gcp

from csvgate_pulumi.site import Site, Wanted


def api(site: Site, wanted: Wanted, options: Any) -> Any:
    """Enable an API. It stays enabled when the stack is destroyed, because others may use it."""
    return gcp.projects.Service(
        str(wanted.key),
        service=wanted.key.name,
        project=site.place.project,
        disable_on_destroy=False,
        opts=options,
    )


def agent(site: Site, wanted: Wanted, options: Any) -> Any:
    """Ask for a service agent, which creates it. Cloud Storage and BigQuery have a method of their
    own for it."""
    project, name = site.place.project, wanted.key.name
    after = site.after(*site.foundation)
    if name == "storage.googleapis.com":
        storage = gcp.storage.get_project_service_account_output(project=project, opts=after)
        email = storage.email_address
    elif name == "bigquery.googleapis.com":
        bigquery = gcp.bigquery.get_default_service_account_output(project=project, opts=after)
        email = bigquery.email
    else:
        return gcp.projects.ServiceIdentity(
            str(wanted.key), service=name, project=project, opts=options
        )
    site.agents[name] = member = pulumi.Output.concat("serviceAccount:", email)
    return member


def kms_key(site: Site, wanted: Wanted, _options: Any) -> Any:
    """Return the path of a key once it is known to be enabled. A person creates it."""
    path = wanted.key.name
    ring, _, name = path.partition("/cryptoKeys/")
    found = gcp.kms.get_kms_crypto_key_output(
        key_ring=ring, name=name, opts=site.after(*site.foundation)
    )
    return found.primaries.apply(lambda primaries: _enabled(path, primaries))


def _enabled(path: str, primaries: list[Any]) -> str:
    if not any(primary.state == "ENABLED" for primary in primaries):
        raise pulumi.RunError(
            f"the primary version of key {path} is not enabled. Enable it, or choose another key "
            "under `kms_key` in deploy/env"
        )
    return path
