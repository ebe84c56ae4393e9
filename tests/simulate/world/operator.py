"""An operator revokes and restores uploads, as `csvgate revoke` and `csvgate restore` do. The
command may be interrupted at any moment, may be run twice at the same time, and is run again later.
"""

import json
from dataclasses import dataclass, field
from typing import Any, Literal

from cloudevents.http import CloudEvent

from csvgate.ports import Message
from csvgate.protocol.cloudevents_pubsub import pubsub_delivery
from csvgate.runtime.errors import Transient
from csvgate_ops.operate.undo.restore import restore
from csvgate_ops.operate.undo.revoke import revoke
from csvgate_ops.operate.undo.services import CannotUndo, NotYet, Services
from world import COMPLETE, VALIDATED, World

OPERATOR = "operator"
NOTIFICATIONS = "uploads-notifications"
Action = Literal["revoke", "restore"]


@dataclass(slots=True)
class Orders:
    """What operators have set out to do."""

    given: list[tuple[Action, str]] = field(default_factory=list)
    """Action and upload, in order."""
    over: set[int] = field(default_factory=set)
    """Those that were carried out or refused."""
    refused: list[str] = field(default_factory=list)
    """Why some of them were refused."""


@dataclass(frozen=True, slots=True)
class Operator:
    world: World
    orders: Orders
    handler: Any = None

    def __call__(self, event: CloudEvent) -> str:
        number = int(json.loads(pubsub_delivery(event).message.data)["order"])
        action, upload = self.orders.given[number]
        try:
            self._act(action, upload)
        except NotYet as why:
            raise Transient("operator.waits", str(why)) from why
        except CannotUndo as why:
            self.orders.refused.append(str(why))
        self.orders.over.add(number)
        return action

    def _act(self, action: Action, upload: str) -> None:
        if action == "revoke":
            revoke(self._services(), upload, actor="ada@here", reason="wrong")
        elif restore(self._services(), upload, actor="ada@here", reason="right").waiting:
            raise NotYet("its corrections follow once it has completed")

    def _services(self) -> Services:
        there = self.world
        return Services(
            ledger=there.ledger,
            warehouse=there.warehouse,
            publisher=there.publisher,
            storage_topic=NOTIFICATIONS,
            validated_topic=VALIDATED,
            complete_topic=COMPLETE,
            staging_bucket="staging",
            clock=there.clock,
        )


def order(number: int) -> Message:
    return Message(json.dumps({"order": number}).encode())
