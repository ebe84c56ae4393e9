"""APIs and Google's service agents: what everything else needs."""

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
    """Ask for a service agent, which creates it. Cloud Storage has a method of its own for it."""
    project, name = site.place.project, wanted.key.name
    if name == "storage.googleapis.com":
        found = gcp.storage.get_project_service_account_output(
            project=project, opts=site.after(*site.foundation)
        )
        site.agents[name] = pulumi.Output.concat("serviceAccount:", found.email_address)
        return found
    return gcp.projects.ServiceIdentity(
        str(wanted.key), service=name, project=project, opts=options
    )
