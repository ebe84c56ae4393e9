"""The permissions of the accounts that plan and deploy, as the custom roles of a project hold them.

A deploy that meets a missing permission says its name; it belongs in one of these tables. What is
not here is done by `csvgate bootstrap`, because it would let the deployer give itself more: it may
neither change custom roles nor service accounts, nor act as others than csvgate's.
"""

from collections.abc import Mapping
from typing import Final

_Table = Mapping[str, tuple[str, ...]]

_READ: _Table = {
    "artifactregistry.locations": ("get",),
    "artifactregistry.repositories": ("get", "getIamPolicy", "list"),
    "bigquery.datasets": ("get", "getIamPolicy"),
    "bigquery.tables": ("get",),
    "cloudbuild.builds": ("get",),
    "cloudfunctions.functions": ("get", "list"),
    "cloudfunctions.runtimes": ("list",),
    "cloudkms.cryptoKeys": ("get", "getIamPolicy"),
    "cloudscheduler.jobs": ("get", "list"),
    "eventarc.triggers": ("get", "list"),
    "iam.roles": ("get",),
    "iam.serviceAccounts": ("get", "getIamPolicy", "list"),
    "iap.webServices": ("getIamPolicy",),
    "logging.logMetrics": ("get", "list"),
    "logging.notificationRules": ("get", "list"),
    "monitoring.alertPolicies": ("get", "list"),
    "monitoring.dashboards": ("get", "list"),
    "monitoring.notificationChannels": ("get", "list"),
    "pubsub.subscriptions": ("get", "getIamPolicy", "list"),
    "pubsub.topics": ("get", "getIamPolicy", "list"),
    "resourcemanager.projects": ("get", "getIamPolicy"),
    "run.revisions": ("get", "list"),
    "run.services": ("get", "getIamPolicy", "list"),
    "secretmanager.secrets": ("get", "getIamPolicy", "list"),
    "secretmanager.versions": ("get", "list"),
    "serviceusage.services": ("get", "list", "use"),  # `use`: its quotas count the calls
    "storage.buckets": ("get", "getIamPolicy", "list"),
}
_CHANGE: _Table = {
    "artifactregistry.repositories": ("create", "setIamPolicy", "update"),
    "bigquery.datasets": ("create", "setIamPolicy", "update"),
    "bigquery.jobs": ("create",),  # GRANT and ALTER are statements
    "bigquery.tables": ("getData", "update", "updateData"),  # data: the smoke test's rows
    "cloudfunctions.functions": ("create", "sourceCodeSet", "update"),
    "cloudfunctions.operations": ("get",),
    "cloudscheduler.jobs": ("create", "enable", "update"),
    "compute.networks": ("get",),
    "compute.subnetworks": ("get", "use"),
    "eventarc.operations": ("get",),
    "eventarc.triggers": ("create", "update"),
    "iap.webServices": ("setIamPolicy",),
    "logging.logMetrics": ("create", "delete", "update"),
    "logging.notificationRules": ("create", "delete", "update"),  # of policies that match the log
    "monitoring.alertPolicies": ("create", "delete", "update"),
    "monitoring.dashboards": ("create", "delete", "update"),
    "monitoring.notificationChannels": ("create", "update"),
    "pubsub.subscriptions": ("create", "setIamPolicy", "update"),
    "pubsub.topics": ("attachSubscription", "create", "setIamPolicy", "update"),
    "run.operations": ("get",),
    "run.services": ("setIamPolicy", "update"),
    "secretmanager.secrets": ("create", "setIamPolicy", "update"),
    "serviceusage.services": ("enable",),
    "storage.buckets": ("create", "setIamPolicy", "update"),
    "vpcaccess.connectors": ("get", "use"),
}
GRANT: Final = ("resourcemanager.projects.setIamPolicy",)
"""Held under a condition on the roles that may be granted (`conditions`)."""


def _names(table: _Table) -> set[str]:
    return {f"{kind}.{verb}" for kind, verbs in table.items() for verb in verbs}


READS: Final = tuple(sorted(_names(_READ)))
"""What `csvgate deploy --plan` and `csvgate doctor` need."""
DEPLOYS: Final = tuple(sorted(_names(_READ) | _names(_CHANGE)))
"""What `csvgate deploy` needs."""
