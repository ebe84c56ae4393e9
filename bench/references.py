"""The reference tables of the enrichment: exchange rates of the samples, customers of the shape."""

from functools import cache
from typing import Final

from bench.paths import REFERENCES
from bench.shapes.orders import CUSTOMERS, customer_id

_SEGMENTS: Final = ("Consumer", "Small business", "Enterprise", "Public sector")
_REGIONS: Final = ("DACH", "France", "Benelux", "Iberia", "Italy", "Nordics", "Islands", "Americas")
_MISSING: Final = 20
"""One customer in this many is not in the table, so that some lookups find nothing."""


@cache
def reference(name: str) -> bytes:
    """Return the CSV file of a reference of the orders' contract."""
    if name != "customers":
        return (REFERENCES / f"{name}.csv").read_bytes()
    rows = (
        f"{customer_id(n)},{_SEGMENTS[n * 7 % len(_SEGMENTS)]},{_REGIONS[n * 3 % len(_REGIONS)]}\n"
        for n in range(CUSTOMERS)
        if n % _MISSING
    )
    return ("customer_id,segment,region\n" + "".join(rows)).encode()
