"""Whether the account that deploys has the permissions that a deploy needs."""

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Final

from csvgate_ops.deploy.deployer.permissions import DEPLOYS, GRANT
from csvgate_ops.deploy.doctor.model import Check, Fault
from csvgate_ops.deploy.kinds import account, custom_role
from csvgate_ops.deploy.kinds.kind import Kind
from csvgate_ops.deploy.preflight.context import Context, Family
from csvgate_ops.deploy.run.gcloud import CommandFailed

_ROLES: Final[Mapping[str, str]] = {
    "artifactregistry": "artifactregistry.admin",
    "bigquery": "bigquery.admin",
    "cloudbuild": "cloudbuild.builds.editor",
    "cloudfunctions": "cloudfunctions.developer",
    "cloudkms": "cloudkms.admin",
    "cloudscheduler": "cloudscheduler.admin",
    "compute": "compute.networkUser",
    "eventarc": "eventarc.admin",
    "iam.roles": "iam.roleAdmin",
    "iam.serviceAccounts": "iam.serviceAccountAdmin",
    "iam.serviceAccounts.actAs": "iam.serviceAccountUser",
    "iap": "iap.admin",
    "logging": "logging.configWriter",
    "monitoring": "monitoring.editor",
    "pubsub": "pubsub.admin",
    "resourcemanager": "resourcemanager.projectIamAdmin",
    "run": "run.admin",
    "secretmanager": "secretmanager.admin",  # pragma: allowlist secret
    "serviceusage": "serviceusage.serviceUsageAdmin",
    "storage": "storage.admin",
    "vpcaccess": "vpcaccess.user",
}
"""The beginning of a permission → a predefined role that brings it; the longest one holds."""
_CREATES_ACCOUNTS: Final = (
    "iam.serviceAccounts.actAs",
    "iam.serviceAccounts.create",
    "iam.serviceAccounts.setIamPolicy",
)
_CREATES_ROLES: Final = ("iam.roles.create",)
_GRANTS_KEYS: Final = ("cloudkms.cryptoKeys.getIamPolicy", "cloudkms.cryptoKeys.setIamPolicy")
_SHOWN: Final = 3
"""Missing permissions that are named for each role."""


def needed(context: Context) -> set[str]:
    """Return the permissions that a deploy of the environment needs on the project; those on
    networks and keys of other projects are not tested. Accounts and custom roles that exist are not
    created: then the role to act as these accounts may have been granted on each of them, which is
    not tested either."""
    apis = set(context.names("api"))
    found = {name for name in (*DEPLOYS, *GRANT) if _api(name) in apis}
    own = context.place.project
    elsewhere = set() if context.network_project == own else {"compute", "vpcaccess"}
    if any(key.startswith(f"projects/{own}/") for key in context.keys.values()):
        found |= {*_GRANTS_KEYS}
    else:
        elsewhere.add("cloudkms")
    found = {name for name in found if name.partition(".")[0] not in elsewhere}
    if _some_missing(context, account.KIND):
        found |= {*_CREATES_ACCOUNTS}
    if _some_missing(context, custom_role.KIND):
        found |= {*_CREATES_ROLES}
    return found


def _api(permission: str) -> str:
    service = permission.partition(".")[0]
    return f"{'cloudresourcemanager' if service == 'resourcemanager' else service}.googleapis.com"


def _some_missing(context: Context, kind: Kind) -> bool:
    wanted = set(context.names(kind.name))
    if kind.api not in context.apis:
        return bool(wanted)
    try:
        return not wanted <= kind.observe(context.place, context.reader, wanted).keys()
    except CommandFailed:
        return False  # if the account may not list them, that permission is reported


def find(context: Context) -> Iterator[Check]:
    wanted = needed(context)
    lacking = sorted(wanted - context.granted(wanted), key=lambda name: (_role(name), name))
    faults = tuple(
        _fault(context, role, list(names)) for role, names in groupby(lacking, key=_role)
    )
    result = f"all {len(wanted)} that a deploy needs"
    yield Check(f"permissions of {context.who}", result, faults)


def _role(permission: str) -> str:
    return _ROLES[max((start for start in _ROLES if permission.startswith(start)), key=len)]


def _fault(context: Context, role: str, lacking: list[str]) -> Fault:
    grant = (
        f"gcloud projects add-iam-policy-binding {context.place.project} "
        f"--member={context.member or 'MEMBER'} --role=roles/{role} --condition=None"
    )
    rest = len(lacking) - _SHOWN
    others = f" and {rest} more" if rest > 0 else ""
    return Fault("permission.missing", f"lacks {', '.join(lacking[:_SHOWN])}{others}", (grant,))


FAMILY = Family("permissions", find)
