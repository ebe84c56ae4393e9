"""deploy/env/NAME.yaml: where the topology is deployed, and what differs there. Data only."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from csvgate_ops.deploy.topology.model import Memory, Model, Seconds, Secret

Region = Annotated[str, Field(pattern=r"^[a-z]+-[a-z]+[0-9]$")]
Location = Annotated[str, Field(pattern=r"^([A-Z]+|[a-z]+-[a-z]+[0-9])$")]
"""A region (`europe-west1`) or a multi-region (`EU`)."""


def _number_as_text(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


class SecretChoice(Secret):
    """`version: 3` is meant as "3"."""

    version: Annotated[
        str, BeforeValidator(_number_as_text), Field(pattern=r"^(latest|[1-9][0-9]*)$")
    ] = "latest"


class Network(Model):
    """Serverless VPC Access: a connector's name in the same region, or its full path."""

    connector: Annotated[
        str,
        Field(
            pattern=r"^([a-z][a-z0-9-]{0,23}|projects/[a-z0-9-]+/locations/[a-z0-9-]+/connectors/"
            r"[a-z][a-z0-9-]{0,23})$"
        ),
    ]
    egress: Literal["private-ranges-only", "all-traffic"] = "private-ranges-only"


class Sizes(Model):
    """What a function has other than in the topology."""

    memory: Memory | None = None
    cpu: Annotated[float, Field(gt=0, le=8)] | None = None
    concurrency: Annotated[int, Field(ge=1, le=1000)] | None = None
    min_instances: Annotated[int, Field(ge=0)] | None = None
    max_instances: Annotated[int, Field(ge=1)] | None = None
    timeout: Annotated[Seconds, Field(ge=1, le=3600)] | None = None
    environment: Mapping[str, str] = {}


class Environment(Model):
    project: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{4,28}[a-z0-9]$")]
    region: Region
    bucket_location: Location | None = None
    """The region, unless said otherwise."""
    bigquery_location: Location | None = None
    """The topology's, unless said otherwise."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    sender: Annotated[str, Field(pattern=r"^[^@\s,]+@[^@\s,]+$")]
    """Address that emails come from; SendGrid must know it as a verified sender."""
    alerts: tuple[Annotated[str, Field(pattern=r"^[^@\s,]+@[^@\s,]+$")], ...] = ()
    """Addresses that are told of every alert."""
    network: Network | None = None
    functions: Mapping[str, Sizes] = {}
    secrets: Mapping[str, SecretChoice] = {}
    """By the variable that the topology gives to a function."""
