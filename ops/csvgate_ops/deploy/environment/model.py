"""deploy/env/NAME.yaml: where the topology is deployed, and which settings differ there.

Data without behaviour. The docstrings are the reference of docs/deploy.md.
"""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from csvgate_ops.deploy.environment.shapes import (
    BillingAccount,
    BucketLocation,
    BucketName,
    Connector,
    Currency,
    DatasetLocation,
    Email,
    Emails,
    KmsKey,
    LabelKey,
    LabelValue,
    Memory,
    Mount,
    NetworkTags,
    Project,
    Region,
    SecretName,
    StorageRegions,
    Subnet,
    TopicName,
    Variable,
    VariableValue,
    Version,
    VpcNetwork,
    few_labels,
)
from csvgate_ops.deploy.topology.model import (
    Ingress,
    Members,
    Model,
    Seconds,
    Secret,
    SignIn,
    SmallUploads,
)


class SecretChoice(Secret):
    """A secret of the topology, with another name, version or mount."""

    secret: SecretName
    """The name of the secret in Secret Manager."""
    version: Version = "latest"
    """`latest`, or the number of a version."""
    mount: Mount | None = None
    """The folder in which the function finds the value as a file. Default: the function gets the
    value as an environment variable."""


class Network(Model):
    """How the functions reach a VPC network: through a subnet or a connector."""

    subnet: Subnet | None = None
    """Direct VPC egress, which Google recommends: the name of a subnet in the region, or its path
    (`projects/PROJECT/regions/REGION/subnetworks/NAME`) in a Shared VPC."""
    network: VpcNetwork | None = None
    """The network of the subnet. Default: Cloud Run looks it up."""
    tags: NetworkTags = ()
    """Network tags for firewall rules, with a subnet."""
    connector: Connector | None = None
    """Instead of a subnet: the name of an existing Serverless VPC Access connector in the region,
    or its path."""
    egress: Literal["private-ranges-only", "all-traffic"] = "private-ranges-only"
    """Which traffic goes through the network. With `all-traffic`, SendGrid is only reached through
    a Cloud NAT of the network."""


class Budget(Model):
    """What the project may cost in a month."""

    amount: Annotated[int, Field(ge=1, le=10**9)]
    """Whole units of the currency."""
    currency: Currency
    """The currency of the billing account, such as `EUR`; Google refuses any other."""
    billing_account: BillingAccount
    """The id of the billing account, such as `01A2B3-4C5D6E-7F8091`. Whoever deploys needs the role
    Billing Account Costs Manager on it."""


class Sizes(Model):
    """Settings of a function that differ from deploy/topology.yaml. Cloud Run must have the
    combination."""

    memory: Memory | None = None
    """From `128Mi` to `32Gi`. More than 4Gi need 2 CPUs, more than 8Gi 4, more than 16Gi 6, more
    than 24Gi 8."""
    cpu: Annotated[float, Field(gt=0)] | None = None
    """1, 2, 4, 6 or 8, or from 0.08 to 1 in steps of 0.01."""
    concurrency: int | None = None
    """How many events an instance handles at a time: 1 to 1000; 1 with less than 1 CPU."""
    min_instances: Annotated[int, Field(ge=0)] | None = None
    """Instances that are kept warm, and paid for."""
    max_instances: Annotated[int, Field(ge=1)] | None = None
    """At most 1000, and not more than the region's quota of CPUs allows."""
    timeout: Seconds | None = None
    """At most 540 s, and not longer than the ack deadline of the trigger."""
    read_bytes_per_second: Annotated[int, Field(ge=1)] | None = None
    """The most bytes of a file that are read in a second, for functions that read uploads."""
    small_uploads: SmallUploads | None = None
    """How uploads of one small chunk are loaded, for functions that load uploads."""
    environment: Mapping[Variable, VariableValue] = {}
    """Further environment variables."""


class ConsoleChoice(Model):
    """How the operators' console of the topology differs in an environment."""

    enabled: bool = True
    """`false`: this environment has no deployed console. If it had one, nobody may call it any more
    after the next deploy, which prints the commands that delete it."""
    members: Members | None = None
    """Who has access here, instead of the members in the topology: `user:`, `group:` and
    `serviceAccount:`."""
    sign_in: SignIn | None = None
    """`iap` or `id-token`. Identity-Aware Proxy lets in only accounts of the project's
    organization, unless it has an OAuth client of yours."""
    ingress: Ingress | None = None
    """`all`, `internal-and-gclb` or `internal-only`."""
    min_instances: Annotated[int, Field(ge=0, le=1)] | None = None
    """1 keeps an instance warm, which is paid for."""


class KmsKeys(Model):
    """Keys of Cloud KMS. Each must be where the resources are that it encrypts."""

    buckets: KmsKey | None = None
    """The default key of the buckets: for `EU` in `europe`, for `US` in `us`, otherwise in the
    location of the buckets. Existing objects keep their key."""
    topics: KmsKey | None = None
    """The key of the topics, in any location."""
    datasets: KmsKey | None = None
    """The default key of the datasets: for `EU` in `europe`, for `US` in `us`, otherwise in their
    region. Existing tables keep their key."""
    functions: KmsKey | None = None
    """The key of the functions and of the repository of their images, in `region`. The repository
    cannot be changed later: delete it, and deploy again."""


class Names(Model):
    """Names that follow a company's rules instead of those in the topology."""

    buckets: Mapping[str, BucketName] = {}
    """Bucket in the topology → its name, which may contain `${project}`. Names of buckets are
    unique in all of Google Cloud."""
    topics: Mapping[str, TopicName] = {}
    """Topic in the topology → its name. Its review subscription is called the same, with
    `-review`."""


def _one_key_for_all(value: object) -> object:
    return dict.fromkeys(KmsKeys.model_fields, value) if isinstance(value, str) else value


class Environment(Model):
    project: Project
    """The id of an existing project with billing. The names of the buckets start with it."""
    region: Region
    """The region of the functions, and of the buckets unless `bucket_location` is set."""
    bucket_location: BucketLocation | None = None
    """A region, a dual-region (`EUR4`) or a multi-region (`EU`). It cannot be changed later. The
    trigger of uploads is in the same location. Default: `region`."""
    bigquery_location: DatasetLocation | None = None
    """A region, `EU` or `US`. It cannot be changed later. Default: the location in the topology."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """The least severity that the functions log."""
    sender: Email
    """The address that emails are sent from. It must be a verified sender at SendGrid."""
    alerts: Emails = ()
    """Addresses that receive every alert."""
    budget: Budget | None = None
    """At 50, 80 and 100% of an amount in a month, Google sends an email to the administrators and
    users of the billing account. Nothing is switched off. Default: no budget."""
    labels: Annotated[Mapping[LabelKey, LabelValue], AfterValidator(few_labels)] | None = None
    """Labels of the buckets, datasets, functions, images, secrets, subscriptions, topics and
    triggers. They get exactly these: labels that somebody else has set are removed. Default: labels
    stay as they are."""
    kms_key: Annotated[KmsKeys, BeforeValidator(_one_key_for_all)] | None = None
    """The path of a key that encrypts everything (`projects/PROJECT/locations/LOCATION/keyRings/`
    `RING/cryptoKeys/KEY`), or a path for each kind of resource. The key must exist; deploy allows
    Google's service agents to use it. What has no key here stays as it is."""
    message_storage_regions: StorageRegions | None = None
    """The regions in which Pub/Sub may store messages. Default: the topics stay as they are; new
    ones store a message in the region nearest to its publisher."""
    secret_locations: StorageRegions | None = None
    """The regions that hold the values of secrets; needed where the organization restricts
    locations. It cannot be changed later. Default: new secrets are replicated automatically."""
    names: Names = Names()
    """Default: the names in the topology."""
    network: Network | None = None
    """Default: the functions use no VPC network."""
    functions: Mapping[str, Sizes] = {}
    """Function in the topology → the settings that differ here."""
    console: ConsoleChoice = ConsoleChoice()
    """What differs here for the [operators' console](console.md#the-console-as-a-service) of the
    topology. Default: as in the topology."""
    secrets: Mapping[str, SecretChoice] = {}
    """Environment variable in the topology → the secret to use for it."""
