"""All shapes, by name."""

from functools import cache, partial
from typing import Final

from bench.shapes import events, orders, texts, wide
from bench.shapes.shape import Shape

_orders = cache(orders.contract)
_latin_orders = cache(partial(orders.contract, "windows-1252"))

SHAPES: Final = (
    Shape(
        "sample",
        "the orders of samples/make_orders.py: 70 emails, 310 customers, ascending numbers",
        _orders,
        orders.small_sample,
    ),
    Shape(
        "orders",
        "orders as shops export them: a new email in each row (7% not in ASCII), shuffled numbers, "
        "100,000 customers, two years, notes that hardly repeat",
        _orders,
        orders.shop_orders,
    ),
    Shape(
        "wide",
        "60 columns with `;`: decimal commas, grouped amounts, dates such as 21.11.2026, 5% empty",
        wide.contract,
        wide.records,
        rows=200_000,
    ),
    Shape(
        "texts",
        "articles: long quoted texts with delimiters, doubled quotes and line ends, six scripts, "
        "emoji",
        texts.contract,
        texts.records,
    ),
    Shape(
        "events",
        "four narrow columns: unique uuids, microseconds, a device, a FLOAT64",
        events.contract,
        events.records,
    ),
    Shape(
        "dirty",
        "the orders of shops, 10% of them bad in 30 ways",
        _orders,
        partial(orders.shop_orders, bad=0.1),
    ),
    Shape(
        "latin",
        "the orders of shops in Windows-1252, lines with \\r\\n; rows with too many cells are in "
        "ASCII, because pyarrow's parse ends at one that is not",
        _latin_orders,
        partial(orders.shop_orders, latin=True),
        codec="cp1252",
        line_end="\r\n",
    ),
    Shape(
        "gzip",
        "the orders of shops, compressed",
        _orders,
        orders.shop_orders,
        gzip=True,
    ),
    Shape(
        "returns",
        "the sample with lines that end with \\r alone, as those of classic Mac programs",
        _orders,
        orders.small_sample,
        line_end="\r",
        average=False,
    ),
)
BY_NAME: Final = {shape.name: shape for shape in SHAPES}
HEADLINE: Final = BY_NAME["orders"]
"""The shape by which csvgate is judged first."""
