"""The rules of contracts/orders.yaml, for contenders that cannot read it."""

from typing import Final

COUNTRIES: Final = (
    "DE", "FR", "NL", "BE", "ES", "IT", "PL", "SE", "US", "GB",
    "CH", "AT", "DK", "NO", "FI", "IE", "PT", "CZ", "JP", "CA",
)  # fmt: skip
CURRENCIES: Final = ("EUR", "USD", "GBP", "CHF", "SEK", "PLN", "JPY")
STATUSES: Final = ("NEW", "PAID", "SHIPPED", "DELIVERED", "CANCELLED")
ORDER_ID: Final = "ORD-[0-9]{8}"
CUSTOMER_ID: Final = "C[0-9]{7}"
COLUMNS: Final = (
    "order_id", "customer_id", "email", "country", "currency",
    "amount", "quantity", "ordered_at", "status", "notes",
)  # fmt: skip
