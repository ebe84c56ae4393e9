"""A stream of uploads into a cloud whose storage may die in the middle of any of them."""

import time
from dataclasses import dataclass, field

from google.api_core.exceptions import GoogleAPIError, PreconditionFailed
from google.cloud.storage import Blob
from google.cloud.storage.retry import DEFAULT_RETRY
from requests.exceptions import RequestException

from chaos.samples import Sample
from csvgate.protocol.identity import Upload
from csvgate.protocol.ledger.paths import FINISHED
from local_cloud import LocalCloud, eventually

_RETRY = DEFAULT_RETRY.with_timeout(60).with_delay(initial=0.1, maximum=1.0)
IN_FLIGHT = 6
PATIENCE = 10.0
"""Seconds after which uploading goes on nevertheless: a dead letter ends only when replayed."""
_FAILURES = (GoogleAPIError, RequestException, ConnectionError)


@dataclass(frozen=True, slots=True)
class Sent:
    upload: Upload
    sample: Sample


def send(cloud: LocalCloud, sample: Sample, name: str) -> Sent:
    """Returns once the object is there, whole: an uploader repeats what was not answered."""
    blob = cloud.bucket("uploads").blob(name)
    eventually(lambda: _is_there(blob, sample), f"{name} in the uploads bucket", seconds=120)
    return Sent(Upload(blob.bucket.name, name, int(blob.generation)), sample)


def _is_there(blob: Blob, sample: Sample) -> bool:
    """An answer that was lost leaves open whether the object was written: it is looked up."""
    try:
        blob.upload_from_string(
            sample.data, content_type="text/csv", if_generation_match=0, retry=_RETRY, timeout=20
        )
    except PreconditionFailed:
        pass
    except _FAILURES:
        return False
    try:
        blob.reload(retry=_RETRY, timeout=20)
    except _FAILURES:
        return False
    return bool(blob.size == len(sample.data))


@dataclass(slots=True)
class Pace:
    """Few uploads at once, so that faults hit work under way and not a backlog."""

    cloud: LocalCloud
    under_way: list[Sent] = field(default_factory=list)

    def wait(self, sent: Sent) -> None:
        self.under_way.append(sent)
        until = time.monotonic() + PATIENCE
        while len(self.under_way) >= IN_FLIGHT and time.monotonic() < until:
            self.under_way = [one for one in self.under_way if not self._has_ended(one)]
            time.sleep(0.1)
        del self.under_way[:-IN_FLIGHT]

    def _has_ended(self, sent: Sent) -> bool:
        blob = self.cloud.bucket("ledger").blob(FINISHED.name(upload=sent.upload.id))
        try:
            return bool(blob.exists(timeout=5, retry=None))
        except _FAILURES:
            return False
