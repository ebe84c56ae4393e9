"""deploy/env/NAME.yaml: where the topology is deployed, and which settings differ there.

Data without behaviour.
"""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from csvgate_ops.deploy.topology.model import Memory, Model, Seconds, Secret, SmallUploads

Region = Annotated[str, Field(pattern=r"^[a-z]+-[a-z]+[0-9]$")]
Location = Annotated[str, Field(pattern=r"^([A-Z]+|[a-z]+-[a-z]+[0-9])$")]
"""A region (`europe-west1`) or a multi-region (`EU`)."""


def _number_as_string(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


class SecretChoice(Secret):
    """A secret whose version may also be written as a number."""

    version: Annotated[
        str, BeforeValidator(_number_as_string), Field(pattern=r"^(latest|[1-9][0-9]*)$")
    ] = "latest"


class Network(Model):
    """Serverless VPC Access, with a connector's name in the same region or its full path."""

    connector: Annotated[
        str,
        Field(
            pattern=r"^([a-z][a-z0-9-]{0,23}|projects/[a-z0-9-]+/locations/[a-z0-9-]+/connectors/"
            r"[a-z][a-z0-9-]{0,23})$"
        ),
    ]
    egress: Literal["private-ranges-only", "all-traffic"] = "private-ranges-only"


class Budget(Model):
    """An amount per month, in whole units of the billing account's currency. The account's
    administrators and users get an email at 50, 80 and 100% of it; nothing is switched off."""

    amount: Annotated[int, Field(ge=1, le=10**9)]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    """The currency of the billing account, such as `EUR`; Google refuses any other."""
    billing_account: Annotated[str, Field(pattern=r"^[0-9A-F]{6}(-[0-9A-F]{6}){2}$")]


class Sizes(Model):
    """Settings of a function that differ from the topology."""

    memory: Memory | None = None
    cpu: Annotated[float, Field(gt=0, le=8)] | None = None
    concurrency: Annotated[int, Field(ge=1, le=1000)] | None = None
    min_instances: Annotated[int, Field(ge=0)] | None = None
    max_instances: Annotated[int, Field(ge=1)] | None = None
    timeout: Annotated[Seconds, Field(ge=1, le=3600)] | None = None
    read_bytes_per_second: Annotated[int, Field(ge=1)] | None = None
    small_uploads: SmallUploads | None = None
    environment: Mapping[str, str] = {}


class Environment(Model):
    project: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{4,28}[a-z0-9]$")]
    region: Region
    bucket_location: Location | None = None
    """By default, the region."""
    bigquery_location: Location | None = None
    """By default, the location in the topology."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    sender: Annotated[str, Field(pattern=r"^[^@\s,]+@[^@\s,]+$")]
    """The address that emails are sent from. It must be a verified sender at SendGrid."""
    alerts: tuple[Annotated[str, Field(pattern=r"^[^@\s,]+@[^@\s,]+$")], ...] = ()
    """Addresses that receive every alert."""
    budget: Budget | None = None
    network: Network | None = None
    functions: Mapping[str, Sizes] = {}
    secrets: Mapping[str, SecretChoice] = {}
    """Environment variable in the topology → the secret to use for it."""
