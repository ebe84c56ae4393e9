"""Seconds that an upload keeps each function busy: measured rates, and what is assumed of the
services around them."""

from dataclasses import dataclass
from math import ceil

from csvgate_ops.deploy.estimate.footprint import Footprint, StorageUse
from csvgate_ops.deploy.estimate.prices import PriceList
from csvgate_ops.deploy.estimate.upload_size import UploadSize

_BILLED_SECONDS = 0.1
"""Cloud Run rounds each request up to these."""


@dataclass(frozen=True, slots=True)
class Work:
    """Seconds of all requests of each function, as though no two shared an instance."""

    validate: float
    enrich: float
    """Of the chunks and the marker together."""
    notify: float

    def of(self, function: str) -> float:
        seconds = {
            "validate_and_parse": self.validate,
            "enrich_records": self.enrich,
            "notify_stakeholders": self.notify,
        }
        return seconds[function]


def work(size: UploadSize, foot: Footprint, prices: PriceList) -> Work:
    rates, assumed = prices.measured, prices.assumed

    def storage(use: StorageUse) -> float:
        return assumed.storage_seconds * (use.writes + use.reads)

    validate = (
        assumed.slower * size.csv_bytes * rates.validate_ns_per_byte / 1e9
        + storage(foot.validate)
        + 2 * assumed.pubsub_seconds  # the chunks overlap; then the last of them, and the marker
    )
    enrich = (
        assumed.slower * size.valid * rates.enrich_us_per_row / 1e6
        + size.table_bytes / (assumed.append_mb_per_second * 1e6)
        + storage(foot.enrich)
        + assumed.bigquery_seconds * (2 * foot.chunks + 1)
        + assumed.pubsub_seconds
    )
    notify = storage(foot.notify) + (assumed.send_seconds if foot.notify.writes else 0)
    start = assumed.start_seconds
    return Work(
        validate=_billed(start + validate, 1),
        enrich=_billed(start + enrich, foot.chunks + 1),
        notify=_billed(start + notify, 1),
    )


def _billed(seconds: float, requests: int) -> float:
    return requests * ceil(seconds / requests / _BILLED_SECONDS - 1e-9) * _BILLED_SECONDS
