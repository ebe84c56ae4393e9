"""The complete estimate, as data."""

from dataclasses import dataclass

from csvgate_ops.deploy.estimate.bill import MONTH_DAYS, Line, bill, quantities
from csvgate_ops.deploy.estimate.console import hourly
from csvgate_ops.deploy.estimate.footprint import Footprint, footprint
from csvgate_ops.deploy.estimate.headroom import Headroom, headroom
from csvgate_ops.deploy.estimate.memory import upload_memory
from csvgate_ops.deploy.estimate.prices import MailPlan, Places, PriceList
from csvgate_ops.deploy.estimate.scanned import scanned_bytes
from csvgate_ops.deploy.estimate.upload_size import Shape, UploadSize
from csvgate_ops.deploy.estimate.work import Work, work
from csvgate_ops.deploy.topology import Topology


@dataclass(frozen=True, slots=True)
class Estimate:
    size: UploadSize
    footprint: Footprint
    seconds: Work
    lines: list[Line]
    limits: list[Headroom]
    """The one that is closest to being reached comes first."""
    per_day: float
    free: bool
    prices: PriceList
    places: Places
    scanned: int = 0
    """The most bytes that the statement scans which changes the table; 0 if rows are appended."""
    emails_per_day: float = 0
    """Emails that SendGrid counts: one for each recipient."""
    console_hour: float | None = None
    """The price of an hour in which the operators' console is used; None if it is not deployed."""
    table_is_assumed: bool = True
    """Whether the size of the table, or of its partitions, was not given."""

    @property
    def uploads(self) -> float:
        """Uploads in a month."""
        return self.per_day * MONTH_DAYS

    @property
    def mail_plan(self) -> MailPlan | None:
        """The smallest plan of SendGrid that suffices; None if all are too small."""
        plans = self.prices.mail_plans
        return next((plan for plan in plans if plan.suffices(self.emails_per_day)), None)

    @property
    def upload_cost(self) -> float:
        return sum(line.upload_cost for line in self.lines)

    @property
    def month_cost(self) -> float:
        return sum(line.month_cost for line in self.lines)


def estimate(
    size: UploadSize,
    shape: Shape,
    topology: Topology,
    prices: PriceList,
    *,
    per_day: float = 1,
    free: bool = False,
    table_bytes: int | None = None,
    region: str = "",
) -> Estimate:
    """`table_bytes` is the size of the partitions, or of the table, that `scanned_bytes` reads.
    Without a `region`, the functions are assumed to run where the prices hold."""
    # Imported here because it loads the Cloud Storage client, which takes a while.
    from csvgate.gcp.storage import RANGE_BYTES
    from csvgate.runtime.settings import Settings

    validate = topology.functions["validate_and_parse"]
    default = Settings.model_fields["chunk_bytes"].default
    requests = footprint(
        size,
        shape,
        chunk_bytes=int(validate.environment.get("CSVGATE_CHUNK_BYTES", default)),
        range_bytes=RANGE_BYTES,
        shares=topology.functions["enrich_records"].small_uploads != "pending",
    )
    seconds = work(size, shape, requests, prices)
    scanned = scanned_bytes(size, shape.disposition, table_bytes)
    places = Places(functions=region or prices.region, tables=topology.bigquery.location)
    used = quantities(size, requests, seconds, topology, scanned=scanned)
    return Estimate(
        size=size,
        footprint=requests,
        seconds=seconds,
        lines=bill(used, prices, uploads=per_day * MONTH_DAYS, free=free),
        limits=headroom(
            *(size, requests, seconds, upload_memory(size, shape), topology, prices, per_day),
            places,
        ),
        places=places,
        emails_per_day=per_day * shape.recipients,
        per_day=per_day,
        free=free,
        prices=prices,
        scanned=scanned,
        console_hour=hourly(topology, prices),
        table_is_assumed=table_bytes is None,
    )
