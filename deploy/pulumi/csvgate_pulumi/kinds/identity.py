"""Service accounts and custom roles."""

from typing import Any

import pulumi_gcp as gcp

from csvgate_pulumi.site import Site, Wanted


def account(site: Site, wanted: Wanted, options: Any) -> Any:
    return gcp.serviceaccount.Account(
        str(wanted.key),
        account_id=wanted.key.name,
        display_name=wanted["display_name"],
        project=site.place.project,
        opts=options,
    )


def custom_role(site: Site, wanted: Wanted, options: Any) -> Any:
    return gcp.projects.IAMCustomRole(
        str(wanted.key),
        role_id=wanted.key.name,
        title=wanted["title"],
        permissions=wanted["permissions"].split(","),
        stage="GA",
        project=site.place.project,
        opts=options,
    )
