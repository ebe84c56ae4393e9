"""The network of the functions: the connector or the subnet, and Cloud NAT if all traffic passes
through it."""

from collections.abc import Iterator
from typing import Any, Final

from csvgate_ops.deploy.doctor.model import Check, Fault
from csvgate_ops.deploy.preflight import answers
from csvgate_ops.deploy.preflight.context import Argv, Context, Family

_CONNECTORS: Final = ("gcloud", "compute", "networks", "vpc-access", "connectors")
_SUBNETS: Final = ("gcloud", "compute", "networks", "subnets")
_LONGEST_PREFIX: Final = 26
"""Cloud Run takes addresses from a subnet in blocks of 16, and needs at least a /26."""


def _named(context: Context) -> tuple[str, str, Argv] | None:
    """Return what the environment names, the API that knows it, and the command that describes
    it."""
    network, place = context.settings.network, context.place
    if context.connector:
        _, project, _, region, _, name = context.connector.split("/")
        where = (f"--region={region}", f"--project={project}")
        api = "vpcaccess.googleapis.com"
        return f"VPC connector {name}", api, (*_CONNECTORS, "describe", name, *where)
    if network is None or network.subnet is None:
        return None
    path = network.subnet.split("/")
    own = (place.project, place.region, network.subnet)
    project, region, name = (path[1], path[3], path[5]) if len(path) > 1 else own
    where = (f"--region={region}", f"--project={project}")
    return f"subnet {name}", "compute.googleapis.com", (*_SUBNETS, "describe", name, *where)


def reads(context: Context) -> Iterator[Argv]:
    named = _named(context)
    if named and named[1] in context.apis:
        yield named[2]


def find(context: Context) -> Iterator[Check]:
    named = _named(context)
    if named is None:
        return
    subject, api, argv = named
    if api not in context.apis:
        yield Check(subject, skipped=f"{api} is not enabled yet")
        return
    described = answers.found(context.reader, argv)
    fault = _fault(context, described, argv)
    yield Check(subject, "is ready", (fault,) if fault else ())
    network = context.settings.network
    if fault is None and network is not None and network.egress == "all-traffic":
        yield _nat(context, described, argv)


def _fault(context: Context, described: Any | None, argv: Argv) -> Fault | None:
    *group, _, name, region, project = argv
    where = " ".join((name, region, project))
    if described is None:
        fix = f"{' '.join(group)} create {where} --network=NETWORK --range=RANGE"
        description = f"does not exist, but {context.file} names it: functions are not deployed"
        return Fault("network.missing", description, (fix,))
    if (state := described.get("state", "READY")) != "READY":
        description = f"is {state}: functions that use it do not start. Delete and create it"
        return Fault("network.state", description, (f"{' '.join(group)} delete {where}",))
    prefix = str(described.get("ipCidrRange") or "").rpartition("/")[2]
    if tuple(group) == _SUBNETS and prefix.isdecimal() and int(prefix) > _LONGEST_PREFIX:
        description = f"is a /{prefix}: Cloud Run needs at least a /{_LONGEST_PREFIX}"
        fix = f"{' '.join(group)} expand-ip-range {where} --prefix-length={_LONGEST_PREFIX}"
        return Fault("network.range", description, (fix,))
    return None


def _nat(context: Context, described: Any, argv: Argv) -> Check:
    """Look for a router with Cloud NAT in the network, which may belong to the host project of a
    Shared VPC."""
    own = argv[-1].partition("=")[2]
    project = (described.get("subnet") or {}).get("projectId") or own
    region = argv[-2].partition("=")[2]
    where = (f"--regions={region}", f"--project={project}")
    network = str(described.get("network") or "").rpartition("/")[2]
    routers = context.reader.read(("gcloud", "compute", "routers", "list", *where))
    gateways = [
        str(nat.get("name"))
        for router in routers
        if not network or str(router.get("network", "")).rpartition("/")[2] == network
        for nat in router.get("nats", ())
    ]
    subject = f"Cloud NAT of network {network}".rstrip()
    if gateways:
        return Check(subject, ", ".join(gateways))
    description = (
        f"is missing in {region}: all traffic of the functions leaves through this network, so "
        "SendGrid cannot be reached and no email is sent"
    )
    router = (
        f"gcloud compute routers create csvgate --network={network} --region={region} "
        f"--project={project}"
    )
    nat = (
        f"gcloud compute routers nats create csvgate --router=csvgate --region={region} "
        f"--auto-allocate-nat-external-ips --nat-all-subnet-ip-ranges --project={project}"
    )
    return Check(subject, faults=(Fault("network.nat", description, (router, nat)),))


FAMILY = Family("network", find, reads)
