"""Cloud Run functions. Their sources are uploaded as archives to a bucket, because the bucket that
gcloud uploads to does not accept objects from anybody else."""

import json
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

import pulumi
import pulumi_gcp as gcp

from csvgate_ops.deploy.kinds.function import BUILD_VARIABLES, every_label, folder, pairs
from csvgate_ops.deploy.plan.model import Key
from csvgate_pulumi.kinds.labels import encrypted, labels
from csvgate_pulumi.proxied_service import ProxiedService
from csvgate_pulumi.site import Site, Wanted


def function(site: Site, wanted: Wanted, options: Any) -> Any:
    made = gcp.cloudfunctionsv2.Function(
        str(wanted.key),
        name=wanted.key.name,
        location=site.place.region,
        project=site.place.project,
        labels=every_label(wanted),
        kms_key_name=wanted.get("kms_key"),
        build_config=_build(site, wanted),
        service_config=_service(site, wanted),
        opts=options,
    )
    if (iap := wanted.get("iap")) is not None:
        where = f"projects/{site.place.project}/locations/{site.place.region}"
        ProxiedService(
            f"proxy {wanted.key.name}",
            service=f"{where}/services/{wanted.key.name}",
            iap=iap,
            source=wanted["source"],
            options=site.options([made]),
        )
    return made


def proxy(site: Site, wanted: Wanted, _options: Any) -> Any:
    """Return the function whose service is behind the proxy: only roles are granted on this."""
    return site.made[Key("function", wanted.key.name)]


def sources(site: Site, wanted: Wanted) -> Any:
    """Return the bucket of the archives, which is created once, with the labels and the key of the
    functions."""
    if site.sources is None:
        name = f"{site.place.project}-function-sources"
        site.sources = gcp.storage.Bucket(
            f"sources {name}",
            name=name,
            location=site.place.region.upper(),
            uniform_bucket_level_access=True,
            public_access_prevention="enforced",
            labels=labels(wanted),
            encryption=encrypted(wanted, gcp.storage.BucketEncryptionArgs, "default_kms_key_name"),
            force_destroy=True,  # `make stage` builds the archives again
            project=site.place.project,
            opts=site.options(site.foundation),
        )
    return site.sources


def _build(site: Site, wanted: Wanted) -> Any:
    source, name = wanted["source"], wanted.key.name
    archive = gcp.storage.BucketObject(
        f"source {name}",
        bucket=sources(site, wanted).name,
        # Another source has another name, so that the function is built again.
        name=f"{name}-{source}.zip",
        source=pulumi.FileArchive(str(site.root / folder(name))),
        opts=site.options(site.foundation),
    )
    return gcp.cloudfunctionsv2.FunctionBuildConfigArgs(
        runtime=wanted["runtime"],
        entry_point=wanted["entry_point"],
        service_account=wanted["build_service_account"],
        docker_repository=wanted["repository"],
        environment_variables=dict(BUILD_VARIABLES),
        source=gcp.cloudfunctionsv2.FunctionBuildConfigSourceArgs(
            storage_source=gcp.cloudfunctionsv2.FunctionBuildConfigSourceStorageSourceArgs(
                bucket=archive.bucket, object=archive.name
            )
        ),
    )


def _service(site: Site, wanted: Wanted) -> Any:
    variables, volumes = _secrets(site, wanted["secrets"])
    connector, subnet, egress = wanted["connector"], wanted["subnet"], wanted["egress"]
    return gcp.cloudfunctionsv2.FunctionServiceConfigArgs(
        available_memory=wanted["memory"],
        available_cpu=wanted["cpu"],
        max_instance_request_concurrency=wanted["concurrency"],
        min_instance_count=wanted["min_instances"],
        max_instance_count=wanted["max_instances"],
        timeout_seconds=wanted["timeout"],
        service_account_email=wanted["service_account"],
        ingress_settings=_enum(f"allow-{wanted['ingress']}"),
        vpc_connector=connector or None,
        vpc_connector_egress_settings=_enum(egress) if connector else None,
        direct_vpc_network_interfaces=_interfaces(wanted),
        direct_vpc_egress=_enum(f"vpc-egress-{egress}") if subnet else None,
        environment_variables=json.loads(wanted["environment"]),
        secret_environment_variables=variables,
        secret_volumes=volumes,
        all_traffic_on_latest_revision=True,
    )


def _interfaces(wanted: Wanted) -> list[Any] | None:
    """Return the connection to a subnet."""
    network, tags = wanted.get("network"), wanted["tags"]
    if not wanted["subnet"]:
        return None
    return [
        gcp.cloudfunctionsv2.FunctionServiceConfigDirectVpcNetworkInterfaceArgs(
            subnetwork=wanted["subnet"],
            network=network or None,
            tags=tags.split(",") if tags else None,
        )
    ]


def _secrets(site: Site, text: str) -> tuple[list[Any], list[Any]]:
    """Return the secrets that are environment variables, and those that are files."""
    variables, volumes = [], []
    for place, secret, version in _references(site, text):
        if not place.startswith("/"):
            variables.append(
                gcp.cloudfunctionsv2.FunctionServiceConfigSecretEnvironmentVariableArgs(
                    key=place, project_id=site.place.project, secret=secret, version=version
                )
            )
            continue
        path = PurePosixPath(place)
        file = gcp.cloudfunctionsv2.FunctionServiceConfigSecretVolumeVersionArgs(
            path=path.name, version=version
        )
        volumes.append(
            gcp.cloudfunctionsv2.FunctionServiceConfigSecretVolumeArgs(
                mount_path=str(path.parent),
                project_id=site.place.project,
                secret=secret,
                versions=[file],
            )
        )
    return variables, volumes


def _references(site: Site, text: str) -> Iterator[tuple[str, str, Any]]:
    """Yield variable or path, secret, and the version once it is known to be enabled."""
    for place, reference in pairs(text).items():
        secret, _, version = reference.partition(":")
        yield place, secret, site.made[Key("secret-version", f"{secret}/{version}")]


def _enum(kebab: str) -> str:
    """Convert `allow-internal-only` to `ALLOW_INTERNAL_ONLY`."""
    return kebab.upper().replace("-", "_")
