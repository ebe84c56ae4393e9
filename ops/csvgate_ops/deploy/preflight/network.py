"""The VPC connector, and Cloud NAT if all traffic passes through it."""

from collections.abc import Iterator
from typing import Any, Final

from csvgate_ops.deploy.doctor.model import Check, Fault
from csvgate_ops.deploy.preflight import answers
from csvgate_ops.deploy.preflight.context import Argv, Context, Family

_CONNECTORS: Final = ("gcloud", "compute", "networks", "vpc-access", "connectors")


def reads(context: Context) -> Iterator[Argv]:
    if context.connector and "vpcaccess.googleapis.com" in context.apis:
        _, project, _, region, _, name = context.connector.split("/")
        yield (*_CONNECTORS, "describe", name, f"--region={region}", f"--project={project}")


def find(context: Context) -> Iterator[Check]:
    if not context.connector:
        return
    subject = f"VPC connector {context.connector.rpartition('/')[2]}"
    argv = next(iter(reads(context)), None)
    if argv is None:
        yield Check(subject, skipped="vpcaccess.googleapis.com is not enabled yet")
        return
    described = answers.found(context.reader, argv)
    fault = _fault(context, described, argv)
    yield Check(subject, "is ready", (fault,) if fault else ())
    network = context.settings.network
    if fault is None and network is not None and network.egress == "all-traffic":
        yield _nat(context, described)


def _fault(context: Context, described: Any | None, argv: Argv) -> Fault | None:
    name, region, project = argv[-3], argv[-2], argv[-1]
    if described is None:
        create = (*_CONNECTORS, "create", name, region, project)
        fix = f"{' '.join(create)} --network=NETWORK --range=RANGE"
        description = f"does not exist, but {context.file} names it: functions are not deployed"
        return Fault("network.connector", description, (fix,))
    if (state := described.get("state", "READY")) != "READY":
        description = f"is {state}: functions that use it do not start. Delete and create it"
        delete = " ".join((*_CONNECTORS, "delete", name, region, project))
        return Fault("network.connector_state", description, (delete,))
    return None


def _nat(context: Context, connector: Any) -> Check:
    """Look for a router with Cloud NAT in the connector's network, which may belong to the host
    project of a Shared VPC."""
    subnet = connector.get("subnet") or {}
    own = context.connector.split("/")[1]
    project, region = subnet.get("projectId") or own, context.connector.split("/")[3]
    where = (f"--regions={region}", f"--project={project}")
    network = str(connector.get("network") or "").rpartition("/")[2]
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
