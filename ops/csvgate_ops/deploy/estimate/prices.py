"""Read prices.yaml: list prices, default quotas, and the rates that durations are calculated
from."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

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
    """The price of `per` units."""
    per: float = Field(gt=0)
    free: float = Field(0, ge=0)
    """Units per month that Google does not charge for."""
    source: str = Field(pattern=r"^https://cloud\.google\.com/")

    def of(self, quantity: float) -> float:
        return quantity * self.price / self.per


class Places(_Model):
    """Where functions run and tables are, because some quotas differ from place to place."""

    functions: str
    """A region."""
    tables: str
    """A region or a multi-region."""


class Quota(_Model):
    service: str
    what: str
    unit: str
    limit: float = Field(gt=0)
    source: str = Field(pattern=r"^https://cloud\.google\.com/")
    place: Literal["functions", "tables"] | None = None
    """Whose place decides; None if the limit is the same everywhere."""
    large: tuple[str, ...] = ()
    """The places in which `limit` holds."""
    elsewhere: float | None = Field(None, gt=0)
    """The limit in all other places."""

    def at(self, places: Places) -> float:
        """Return the limit that holds there."""
        if self.place is None or self.elsewhere is None:
            return self.limit
        place = places.functions if self.place == "functions" else places.tables
        large = {name.casefold() for name in self.large}
        return self.limit if place.casefold() in large else self.elsewhere


class MailPlan(_Model):
    """A plan of SendGrid, with the emails that it includes within `days`."""

    name: str
    emails: int = Field(gt=0)
    days: int = Field(gt=0)

    def suffices(self, per_day: float) -> bool:
        return per_day * self.days <= self.emails


class Measured(_Model):
    """Rates from bench/RESULTS.md, per core of the machine named there."""

    validate_ns_per_byte: float
    expressions_us_per_row: float
    """In validate_and_parse, for contracts with expressions."""
    enrich_us_per_row: float
    wire_per_byte: float
    """Bytes of Arrow published per byte of CSV."""
    table_per_byte: float
    """Bytes appended to BigQuery per byte of CSV."""


class Assumed(_Model):
    """Values that have not been measured on Google Cloud."""

    slower: float
    """How many times slower a vCPU of Cloud Run is than a core of the measured machine."""
    storage_seconds: float
    pubsub_seconds: float
    bigquery_seconds: float
    append_mb_per_second: float
    statement_seconds: float
    send_seconds: float
    start_seconds: float


class PriceList(_Model):
    checked: date
    currency: str
    region: str
    """Where the prices of functions and buckets hold."""
    tables: str
    """Where BigQuery's prices hold."""
    prices: Mapping[str, Price]
    quotas: Mapping[str, Quota]
    mail_plans: tuple[MailPlan, ...]
    """From the smallest to the largest."""
    measured: Measured
    assumed: Assumed


@cache
def price_list() -> PriceList:
    return PriceList.model_validate(YAML(typ="safe", pure=True).load(_FILE.read_text("utf-8")))
