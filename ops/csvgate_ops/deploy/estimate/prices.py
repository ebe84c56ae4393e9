"""prices.yaml: list prices, default quotas, and the rates that seconds follow from."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field
from ruamel.yaml import YAML

_FILE = Path(__file__).with_name("prices.yaml")


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Price(_Model):
    service: str
    what: str
    unit: str
    price: float = Field(ge=0)
    """Of `per` units."""
    per: float = Field(gt=0)
    free: float = Field(0, ge=0)
    """Units a month that Google does not charge for."""
    source: str = Field(pattern=r"^https://cloud\.google\.com/")

    def of(self, quantity: float) -> float:
        return quantity * self.price / self.per


class Quota(_Model):
    service: str
    what: str
    unit: str
    limit: float = Field(gt=0)
    source: str = Field(pattern=r"^https://cloud\.google\.com/")


class Measured(_Model):
    """bench/RESULTS.md, per core of the machine it names."""

    validate_ns_per_byte: float
    enrich_us_per_row: float
    wire_per_byte: float
    """Bytes of Arrow published for each of CSV."""
    table_per_byte: float
    """Bytes appended to BigQuery for each of CSV."""


class Assumed(_Model):
    """What was not measured in a project."""

    slower: float
    """How many times slower than the measured machine a vCPU of Cloud Run is taken to be."""
    storage_seconds: float
    pubsub_seconds: float
    bigquery_seconds: float
    append_mb_per_second: float
    send_seconds: float
    start_seconds: float


class PriceList(_Model):
    checked: date
    currency: str
    region: str
    prices: Mapping[str, Price]
    quotas: Mapping[str, Quota]
    measured: Measured
    assumed: Assumed


@cache
def price_list() -> PriceList:
    return PriceList.model_validate(YAML(typ="safe", pure=True).load(_FILE.read_text("utf-8")))
