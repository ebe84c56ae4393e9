"""Orders as shops export them: unique emails, shuffled numbers, and notes that hardly repeat."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from samples.make_orders import ORDER_ID, PLACES, STATUSES, Faults, Orders, Row, quoted

from bench.paths import CONTRACT
from bench.shapes.shape import Record, contract_of
from bench.shapes.spoiled import INVALID_BYTES, WAYS, spoil
from bench.shapes.turns import Turns
from bench.shapes.vocabulary import email, phrase, phrase_abroad
from csvgate.contracts.model import Contract

SEED: Final = 11
CUSTOMERS: Final = 100_000
_IDS: Final = 90_000_000
"""ORD-10000000 to ORD-99999999."""
_BEGIN: Final = datetime(2025, 1, 1, tzinfo=UTC)
_DAYS: Final = 730
_ZONES: Final = (
    "Z", "Z", "Z", "+01:00", "+01:00", "+02:00", "+02:00", "-05:00", "+09:00", "+00:00",
)  # fmt: skip
_SHORT_NOTES: Final = ("ring twice", "gift", "no invoice", "call before delivery", "urgent")
"""Notes that many people write."""


class ShopOrders(Orders):
    """Generates orders of many customers, valid and spoilt."""

    def __init__(self, count: int, bad: float, *, latin: bool = False) -> None:
        super().__init__(bad, SEED)
        self._ids: Final = self.random.sample(range(_IDS), count)
        self._latin: Final = latin
        ways = [way for way in WAYS if not (latin and way == INVALID_BYTES)]
        self._ways: Final = Turns(ways, self.random)
        self._earlier: list[str] = []

    def rows(self, count: int) -> Iterator[tuple[Row, Faults]]:
        for number in range(count):
            row = self._good(number)
            if self.random.random() < self.bad and self._earlier:
                yield row, spoil(row, self._ways.next(), self.random, self._earlier)
            else:
                # A number is repeated from anywhere in the file before.
                self._earlier.append(row[ORDER_ID])
                yield row, ()

    def _good(self, number: int) -> Row:
        pick = self.random
        customer = int(pick.random() ** 2 * CUSTOMERS)
        country, currency = PLACES[customer % len(PLACES)]
        cents = int(pick.random() ** 3 * 200_000) + 99
        at = _BEGIN + timedelta(days=pick.randrange(_DAYS), seconds=pick.randrange(86_400))
        zone = _ZONES[customer % len(_ZONES)]
        fraction = f".{pick.randrange(1000):03}" if pick.random() < 0.1 else ""
        return [
            f"ORD-{self._ids[number] + 10_000_000}",
            customer_id(customer),
            email(pick, self._ids[number], latin=self._latin),
            country,
            currency,
            str(cents) if currency == "JPY" else f"{cents // 100}.{cents % 100:02}",
            str(1 + int(pick.random() ** 4 * 1000)),
            f"{at:%Y-%m-%dT%H:%M:%S}{fraction}{zone}",
            pick.choice(STATUSES),
            quoted(self._note()) if pick.random() < 1 / 3 else "",
        ]

    def _note(self) -> str:
        pick = self.random
        style = pick.random()
        if style < 0.1:
            return f"{phrase(pick, 2, 5)}\n{phrase(pick, 2, 6)}"
        if style < 0.2:
            return f'{phrase(pick, 1, 3)}, "{phrase(pick, 1, 3)}", {phrase(pick, 1, 2)}'
        if style < 0.27 and not self._latin:
            return phrase_abroad(pick)
        if style < 0.4:
            return pick.choice(_SHORT_NOTES)
        return phrase(pick, 2, 9)


def customer_id(number: int) -> str:
    """Return the id of one of the `CUSTOMERS`, from 0."""
    return f"C{1_000_000 + number * 89}"


def small_sample(count: int) -> Iterator[Record]:
    """Yield the orders of samples/make_orders.py: few people and few notes, in order."""
    return _joined(Orders(0.01, 7), count)


def shop_orders(count: int, bad: float = 0.01, *, latin: bool = False) -> Iterator[Record]:
    return _joined(ShopOrders(count, bad, latin=latin), count)


def _joined(orders: Orders, count: int) -> Iterator[Record]:
    for cells, faults in orders.rows(count):
        yield ",".join(cells) + "\n", faults


def contract(encoding: str = "utf-8") -> Contract:
    text = CONTRACT.read_text(encoding="utf-8")
    # Nothing is refused, so that all faults of a spoilt file are found.
    text = text.replace("rejected_rate: 0.2, rejected_rows: 100000", "rejected_rate: 1")
    return contract_of(text.replace("encoding: utf-8", f"encoding: {encoding}"))
