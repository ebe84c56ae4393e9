"""Finds uploads whose notification fake-gcs-server lost, and publishes it again.

fake-gcs-server answers an upload before it publishes the notification, and forgets the notification
when it is killed in between. Cloud Storage does not.
"""

import json
from collections.abc import Iterable

from google.api_core.exceptions import DeadlineExceeded

from chaos.traffic import Sent
from csvgate.protocol.identity import Upload
from local_cloud import LocalCloud, eventually

SUBSCRIPTION = "chaos-announced"


class Announced:
    """A second subscription to the trigger's topic, which receives every notification."""

    def __init__(self, cloud: LocalCloud) -> None:
        self._cloud = cloud
        self._topic = cloud.endpoints["triggers"]["validate-and-parse"]["topic"]
        self._path = cloud.subscriber.subscription_path(cloud.project, SUBSCRIPTION)
        topic = f"projects/{cloud.project}/topics/{self._topic}"
        cloud.subscriber.create_subscription(name=self._path, topic=topic)
        self._seen: set[Upload] = set()

    def again(self, sent: Iterable[Sent]) -> list[Sent]:
        """Publish missing notifications and return their uploads. Call it when no faults are
        injected any more: it writes one more object and waits for its notification, so that all
        earlier ones have arrived."""
        blob = self._cloud.bucket("uploads").blob("chaos/the last one.txt")
        blob.upload_from_string(b"")
        last = Upload(blob.bucket.name, blob.name, int(blob.generation))
        eventually(lambda: self._pull() or last in self._seen, "the last notification")
        eventually(lambda: not self._pull(), "all notifications")
        forgotten = [one for one in sent if one.upload not in self._seen]
        for one in forgotten:
            self._announce(one.upload)
        return forgotten

    def _pull(self) -> bool:
        """Pull notifications; return whether there were any."""
        try:
            pulled = self._cloud.subscriber.pull(
                subscription=self._path, max_messages=1000, timeout=3
            ).received_messages
        except DeadlineExceeded:
            return False
        for received in pulled:
            found = received.message.attributes
            self._seen.add(
                Upload(found["bucketId"], found["objectId"], int(found["objectGeneration"]))
            )
        if pulled:
            ack_ids = [received.ack_id for received in pulled]
            self._cloud.subscriber.acknowledge(subscription=self._path, ack_ids=ack_ids)
        return bool(pulled)

    def _announce(self, upload: Upload) -> None:
        blob = self._cloud.bucket("uploads").get_blob(upload.name)
        assert blob is not None, f"{upload.name} is gone"
        announce(self._cloud, blob._properties)


def announce(cloud: LocalCloud, resource: dict[str, object]) -> None:
    """Publish a Cloud Storage notification about an object, given its resource."""
    cloud.publish(
        cloud.endpoints["triggers"]["validate-and-parse"]["topic"],
        json.dumps(resource).encode(),
        eventType="OBJECT_FINALIZE",
        payloadFormat="JSON_API_V1",
        bucketId=str(resource["bucket"]),
        objectId=str(resource["name"]),
        objectGeneration=str(resource["generation"]),
    )
