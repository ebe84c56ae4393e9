"""Whether the account that deploys has the permissions that a deploy needs."""

from collections.abc import Iterator, Mapping
from typing import Final

from csvgate_ops.deploy.doctor.model import Check, Fault
from csvgate_ops.deploy.preflight.context import Context, Family

_NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "serviceusage.serviceUsageAdmin": (
        "serviceusage.services.enable",
        "serviceusage.services.list",
    ),
    "resourcemanager.projectIamAdmin": (
        "resourcemanager.projects.getIamPolicy",
        "resourcemanager.projects.setIamPolicy",
    ),
    "iam.serviceAccountAdmin": (
        "iam.serviceAccounts.create",
        "iam.serviceAccounts.setIamPolicy",
    ),
    "iam.serviceAccountUser": ("iam.serviceAccounts.actAs",),
    "iam.roleAdmin": ("iam.roles.create", "iam.roles.update"),
    "secretmanager.admin": (
        "secretmanager.secrets.create",
        "secretmanager.secrets.setIamPolicy",
    ),
    "artifactregistry.admin": (
        "artifactregistry.repositories.create",
        "artifactregistry.repositories.setIamPolicy",
    ),
    "storage.admin": (
        "storage.buckets.create",
        "storage.buckets.setIamPolicy",
        "storage.buckets.update",
    ),
    "pubsub.admin": (
        "pubsub.subscriptions.create",
        "pubsub.subscriptions.setIamPolicy",
        "pubsub.subscriptions.update",
        "pubsub.topics.create",
        "pubsub.topics.setIamPolicy",
    ),
    "bigquery.admin": (
        "bigquery.datasets.create",
        "bigquery.datasets.update",
        "bigquery.jobs.create",
        "bigquery.tables.update",
    ),
    "cloudbuild.builds.editor": ("cloudbuild.builds.create",),
    "cloudfunctions.developer": (
        "cloudfunctions.functions.create",
        "cloudfunctions.functions.update",
    ),
    "run.admin": ("run.services.getIamPolicy", "run.services.setIamPolicy"),
    "eventarc.admin": ("eventarc.triggers.create", "eventarc.triggers.update"),
    "logging.configWriter": ("logging.logMetrics.create",),
    "monitoring.editor": (
        "monitoring.alertPolicies.create",
        "monitoring.dashboards.create",
        "monitoring.notificationChannels.create",
    ),
}
"""Role → those of its permissions whose lack stops a deploy. docs/ci.md grants the same roles."""
_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "cloudkms.admin": ("cloudkms.cryptoKeys.getIamPolicy", "cloudkms.cryptoKeys.setIamPolicy"),
}
_CONNECTOR: Final[Mapping[str, tuple[str, ...]]] = {"vpcaccess.user": ("vpcaccess.connectors.use",)}


def needed(context: Context) -> Mapping[str, tuple[str, ...]]:
    """Return the permissions by the role that brings them."""
    path = f"projects/{context.place.project}/"
    roles = dict(_NEEDED)
    if context.connector.startswith(path):
        roles |= _CONNECTOR
    if any(key.startswith(path) for key in context.keys.values()):
        roles |= _KEYS
    return roles


def find(context: Context) -> Iterator[Check]:
    roles = needed(context)
    wanted = {permission for permissions in roles.values() for permission in permissions}
    granted = context.granted(wanted)
    faults = tuple(
        _fault(context, role, lacking)
        for role, permissions in roles.items()
        if (lacking := [p for p in permissions if p not in granted])
    )
    yield Check(f"permissions of {context.who}", str(len(wanted)), faults)


def _fault(context: Context, role: str, lacking: list[str]) -> Fault:
    grant = (
        f"gcloud projects add-iam-policy-binding {context.place.project} "
        f"--member={context.member or 'MEMBER'} --role=roles/{role} --condition=None"
    )
    return Fault("permission.missing", f"lacks {', '.join(lacking)}", (grant,))


FAMILY = Family("permissions", find)
