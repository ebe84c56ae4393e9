"""Uploads files to a cloud whose storage may be killed during any upload."""

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
"""Seconds after which the next upload starts anyway; a dead letter is only replayed later."""
_FAILURES = (GoogleAPIError, RequestException, ConnectionError)


@dataclass(frozen=True, slots=True)
class Sent:
    upload: Upload
    sample: Sample


def send(cloud: LocalCloud, sample: Sample, name: str) -> Sent:
    """Upload a file, and repeat until the complete object exists, as an uploader would."""
    blob = cloud.bucket("uploads").blob(name)
    eventually(lambda: _is_there(blob, sample), f"{name} in the uploads bucket", seconds=120)
    return Sent(Upload(blob.bucket.name, name, int(blob.generation)), sample)


def _is_there(blob: Blob, sample: Sample) -> bool:
    """Upload once and look the object up, because a lost answer says nothing about success."""
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
    """Limits the uploads in progress, so that faults hit running work and not a backlog."""

    cloud: LocalCloud
    in_progress: list[Sent] = field(default_factory=list)

    def wait(self, sent: Sent) -> None:
        self.in_progress.append(sent)
        until = time.monotonic() + PATIENCE
        while len(self.in_progress) >= IN_FLIGHT and time.monotonic() < until:
            self.in_progress = [one for one in self.in_progress if not self._has_ended(one)]
            time.sleep(0.1)
        del self.in_progress[:-IN_FLIGHT]

    def _has_ended(self, sent: Sent) -> bool:
        prefix = FINISHED.folder(upload=sent.upload.id)
        try:
            names = self.cloud.bucket("ledger").list_blobs(prefix=prefix, timeout=5, retry=None)
            return any(FINISHED.parse(blob.name) for blob in names)
        except _FAILURES:
            return False
