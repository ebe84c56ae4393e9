"""Handles dead letters as an operator would after the outage."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from google.api_core.exceptions import DeadlineExceeded
from google.cloud.pubsub_v1.types import ReceivedMessage

from chaos.announced import announce
from csvgate.protocol.dead_letters import PREFIX
from local_cloud import LocalCloud

_ORIGINS = {"enrich_records": "validated-records", "notify_stakeholders": "enrichment-complete"}
_HANDED_BACK = ("rows.", "limit.", "header.", "file.")
"""Prefixes of codes for rejected rows and files, which are not replayed."""
TORN = "commit.partial"


@dataclass(slots=True)
class Operator:
    """Reads every dead letter, and replays it if the failure was temporary."""

    cloud: LocalCloud
    replayed: Counter[str] = field(default_factory=Counter)
    """Replayed dead letters by code; `platform` stands for those that Pub/Sub forwarded."""
    handed_back: set[str] = field(default_factory=set)
    """Ids of uploads with a dead letter for rejected rows or a rejected file."""
    torn: set[str] = field(default_factory=set)
    """Ids of uploads of which bqemulator committed only a part."""

    def work(self) -> int:
        """Handle all dead letters that are there, and return their number."""
        number = 0
        for function in self.cloud.endpoints["dead_letters"]:
            path = self._review(function)
            for letter in self._pull(path):
                self._handle(function, letter)
                self.cloud.subscriber.acknowledge(subscription=path, ack_ids=[letter.ack_id])
                number += 1
        return number

    def _handle(self, function: str, letter: ReceivedMessage) -> None:
        attributes = dict(letter.message.attributes)
        code = attributes.get(f"{PREFIX}code", "platform")
        upload = attributes.get(f"{PREFIX}upload", "")
        if code.startswith(_HANDED_BACK) and function == "validate_and_parse":
            self.handed_back.add(upload)
        else:
            if code == TORN:
                self.torn.add(upload)
                self._settle(upload)
            self.replayed[code] += 1
            self._replay(function, letter.message.data, attributes)

    def _settle(self, upload: str) -> None:
        """Delete the part that is there and say so, as the letter asks for."""
        sql = f"DELETE FROM `sales.orders` WHERE _upload_id = '{upload}'"
        self.cloud.bigquery.query(sql).result()
        # Refused if an earlier letter of the same upload has settled it.
        verdict = ("--as", "not-loaded", "--reason", "its part was deleted")
        self.cloud.csvgate("settle", upload, *verdict, check=False)

    def _replay(self, function: str, data: bytes, attributes: dict[str, str]) -> None:
        if function == "validate_and_parse":
            announce(self.cloud, json.loads(data))
            return
        original = {
            name: value
            for name, value in attributes.items()
            if not name.startswith((PREFIX, "CloudPubSubDeadLetter"))
        }
        self.cloud.publish(_ORIGINS[function], data, **original)

    def _review(self, function: str) -> str:
        name = self.cloud.endpoints["dead_letters"][function]["review"]
        return str(self.cloud.subscriber.subscription_path(self.cloud.project, name))

    def _pull(self, path: str) -> Iterator[ReceivedMessage]:
        try:
            pulled = self.cloud.subscriber.pull(subscription=path, max_messages=100, timeout=2)
        except DeadlineExceeded:
            return
        yield from pulled.received_messages
