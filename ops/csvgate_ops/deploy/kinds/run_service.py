"""The Cloud Run services behind the functions: what the Cloud Functions API does not know of them.

That is Direct VPC egress and Identity-Aware Proxy. `gcloud functions deploy` has flags for the
former only from version 545 on, and none for the latter; `gcloud run services update` sets both.
Whether a deploy of the function keeps them is not documented, so they are set again after each.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from csvgate_ops.deploy.kinds.kind import Reader
from csvgate_ops.deploy.plan.model import Command, Fields, Place

DIRECT_VPC: Final = ("subnet", "network", "tags")
"""The fields of Direct VPC egress. `egress` belongs to them, if there is a subnet."""
IAP: Final = "iap"
"""The field that says whether requests pass Identity-Aware Proxy."""
GROUP: Final = ("gcloud", "run", "services")
_BETA: Final = ("gcloud", "beta", *GROUP[1:])
_INTERFACES: Final = "run.googleapis.com/network-interfaces"
_EGRESS: Final = "run.googleapis.com/vpc-access-egress"
_IAP: Final = "run.googleapis.com/iap-enabled"


def listing(place: Place) -> tuple[str, ...]:
    return (*GROUP, "list", *where(place))


def set_network(place: Place, name: str, fields: Fields) -> Command:
    """Return the command that connects a service to its subnet, or to none."""
    flags = ["--clear-network"]
    if fields["subnet"]:
        tags = f"--network-tags={fields['tags']}" if fields["tags"] else "--clear-network-tags"
        flags = [f"--subnet={fields['subnet']}", tags, f"--vpc-egress={fields['egress']}"]
    if fields.get("network"):
        flags.insert(0, f"--network={fields['network']}")
    # A command without `beta` withdraws what makes the API accept features that are in preview.
    group = _BETA if fields.get(IAP) else GROUP
    argv = (*group, "update", name, *flags, *where(place))
    what = f"subnet {fields['subnet']}" if fields["subnet"] else "no subnet"
    return Command(argv, f"function {name}: connect its service to {what}")


def set_proxy(place: Place, name: str, *, on: bool) -> Command:
    """Return the command that switches Identity-Aware Proxy on or off. It also grants the proxy the
    right to call the service, or revokes it. Only newer versions of gcloud have the flag without
    `beta`."""
    flag, verb = ("--iap", "on") if on else ("--no-iap", "off")
    why = f"function {name}: switch Identity-Aware Proxy {verb}"
    return Command((*_BETA, "update", name, flag, *where(place)), why)


def observed(place: Place, reader: Reader) -> Mapping[str, Fields]:
    """Return the fields of Direct VPC egress, `egress` and `iap` of each service of the region."""
    listed = reader.read(listing(place))
    return {
        item["metadata"]["name"]: {**_network(item, place), IAP: _behind_proxy(item)}
        for item in listed
    }


def _behind_proxy(item: Mapping[str, Any]) -> bool:
    annotations = item["metadata"].get("annotations", {})
    return str(annotations.get(_IAP, "")).lower() == "true"


def _network(item: Mapping[str, Any], place: Place) -> Fields:
    template = item.get("spec", {}).get("template", {})
    annotations = template.get("metadata", {}).get("annotations", {})
    interface: Mapping[str, Any] = next(iter(json.loads(annotations.get(_INTERFACES, "[]"))), {})
    return {
        "subnet": short(interface.get("subnetwork", ""), place),
        "network": short(interface.get("network", ""), place),
        "tags": ",".join(sorted(interface.get("tags", ()))),
        "egress": annotations.get(_EGRESS, "") if interface else "",
    }


def short(path: str, place: Place) -> str:
    """Return the name of a network or subnet of the project, and the path of another project's."""
    path = path.partition("/compute/v1/")[2] or path
    own = (f"projects/{place.project}/regions/{place.region}/", f"projects/{place.project}/global/")
    return path.rpartition("/")[2] if path.startswith(own) else path


def where(place: Place) -> tuple[str, str]:
    """Return the flags that say where the services are."""
    return f"--region={place.region}", f"--project={place.project}"
