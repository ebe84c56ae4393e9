"""Acknowledgement ids. Each one identifies a delivery of a message to a subscription.

An id is self-contained, so that an id from before a restart still acknowledges its message.
"""

from dataclasses import dataclass

from csvgate_ops.local.broker.api.errors import invalid


@dataclass(frozen=True)
class AckId:
    """One delivery: the subscription's row, the message's sequence number, the delivery's token."""

    subscription: int
    seq: int
    token: int

    def __str__(self) -> str:
        return f"{self.subscription:x}.{self.seq:x}.{self.token:x}"

    @classmethod
    def parse(cls, text: str) -> "AckId":
        """Parse an id; raises INVALID_ARGUMENT when this broker cannot have issued it."""
        try:
            subscription, seq, token = (int(part, 16) for part in text.split("."))
        except ValueError:
            raise invalid(
                f"You have passed an invalid ack ID to the service (ack_id={text})."
            ) from None
        return cls(subscription, seq, token)
