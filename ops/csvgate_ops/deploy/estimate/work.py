"""The seconds for which an upload occupies each function, from measured rates and from assumptions
about the services."""

from dataclasses import dataclass
from math import ceil

from csvgate_ops.deploy.estimate.footprint import Footprint, StorageUse
from csvgate_ops.deploy.estimate.prices import PriceList
from csvgate_ops.deploy.estimate.upload_size import Shape, UploadSize

_BILLED_SECONDS = 0.1
"""Cloud Run rounds the duration of each request up to a multiple of this."""


@dataclass(frozen=True, slots=True)
class Work:
    """Seconds of all requests to each function, as if no two of them shared an instance."""

    validate: float
    enrich: float
    """Sum over the messages of validated-records."""
    notify: float

    def of(self, function: str) -> float:
        seconds = {
            "validate_and_parse": self.validate,
            "enrich_records": self.enrich,
            "notify_stakeholders": self.notify,
        }
        return seconds[function]


def work(size: UploadSize, shape: Shape, footprint: Footprint, prices: PriceList) -> Work:
    rates, assumed = prices.measured, prices.assumed

    def storage(use: StorageUse) -> float:
        return assumed.storage_seconds * (use.writes + use.reads)

    expressions = rates.expressions_us_per_row if shape.expressions else 0
    validate = (
        assumed.slower * size.csv_bytes * rates.validate_ns_per_byte / 1e9
        + assumed.slower * size.valid * expressions / 1e6
        + storage(footprint.validate)
        + assumed.pubsub_seconds  # all messages are published at the same time
    )
    enrich = (
        assumed.slower * size.valid * rates.enrich_us_per_row / 1e6
        + size.table_bytes / (assumed.append_mb_per_second * 1e6)
        + storage(footprint.enrich)
        # Creating and finalizing each stream, and the commit; otherwise one call.
        + assumed.bigquery_seconds * (2 * footprint.streams + 1)
        + (assumed.statement_seconds if footprint.has_statement else 0)
        + assumed.pubsub_seconds
    )
    notify = storage(footprint.notify) + (assumed.send_seconds if footprint.notify.writes else 0)
    start = assumed.start_seconds
    return Work(
        validate=_billed((1 + footprint.sidecars) * start + validate, 1 + footprint.sidecars),
        enrich=_billed(start + enrich, footprint.loading_requests),
        notify=_billed(start + notify, 1),
    )


def _billed(seconds: float, requests: int) -> float:
    return requests * ceil(seconds / requests / _BILLED_SECONDS - 1e-9) * _BILLED_SECONDS
