"""The official clients work with nothing but what `csvgate env` prints."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from local_cloud import LocalCloud

pytestmark = pytest.mark.cloud

CLIENTS = """
import json, os, socket, threading

real, asked = socket.getaddrinfo, set()
def getaddrinfo(host, *rest, **more):
    asked.add(host)
    return real(host, *rest, **more)
socket.getaddrinfo = getaddrinfo

from google.cloud import bigquery, pubsub_v1, storage

bucket = storage.Client().bucket(os.environ["GOOGLE_CLOUD_PROJECT"] + "-rejects")
bucket.blob("clients.txt").upload_from_string("hello")
rows = list(bigquery.Client().query("SELECT 1 + 1 AS two").result())
publisher = pubsub_v1.PublisherClient()
project = os.environ["GOOGLE_CLOUD_PROJECT"]
topics = [t.name for t in publisher.list_topics(project=f"projects/{project}")]
for thread in threading.enumerate():
    if type(thread).__module__.startswith("google.auth"):
        thread.join(30)
print(json.dumps({
    "outside": sorted(asked - {"127.0.0.1", "localhost"}),
    "text": bucket.blob("clients.txt").download_as_text(),
    "two": rows[0].two,
    "datasets": [d.dataset_id for d in bigquery.Client().list_datasets()],
    "references": [b.name for b in storage.Client().list_blobs(f"{project}-references")],
    "topics": sorted(topics),
}))
"""


def test_env_is_all_that_the_official_clients_need(recording_cloud: LocalCloud) -> None:
    exports = recording_cloud.csvgate("env").stdout
    script = f'{exports}\nexec "$0" -c "$1"'
    done = subprocess.run(
        ["/bin/bash", "-c", script, sys.executable, CLIENTS],
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    project = f"projects/{recording_cloud.project}/topics/"
    assert json.loads(done.stdout) == {
        "outside": [],
        "text": "hello",
        "two": 2,
        "datasets": ["sales"],
        "references": ["customers.csv"],
        "topics": [
            f"{project}enrich-records-dead-letter",
            f"{project}enrichment-complete",
            f"{project}eventarc-validate-and-parse",
            f"{project}notify-stakeholders-dead-letter",
            f"{project}validate-and-parse-dead-letter",
            f"{project}validated-records",
        ],
    }


def test_names_are_those_that_the_storage_server_lists(recording_cloud: LocalCloud) -> None:
    """The guard lists names itself (`object_names`); the server lists them with their sizes."""
    bucket = recording_cloud.bucket("audit")
    names = ["p/10", "p/2", "p/é", "p/a b", "p/b/a", "p/b.", "p/b0", "p.", "p/ﬀ", "p/𝒳", "q/1+%2F"]
    for name in names:
        bucket.blob(name).upload_from_string("")
    for prefix in ("", "p", "p/", "p/b", "p/b/", "q/1+", "r/"):
        found = [
            [blob.name for blob in bucket.list_blobs(prefix=prefix, page_size=2, fields=fields)]
            for fields in ("items(name),nextPageToken", "items(name,size),nextPageToken")
        ]
        assert found[0] == found[1]
        assert sorted(name for name in names if name.startswith(prefix)) == found[0]


def test_the_review_subscriptions_never_expire(recording_cloud: LocalCloud) -> None:
    for dead_letter in recording_cloud.endpoints["dead_letters"].values():
        path = f"projects/{recording_cloud.project}/subscriptions/{dead_letter['review']}"
        found = recording_cloud.subscriber.get_subscription(subscription=path)
        assert found.topic.endswith(f"/{dead_letter['topic']}")
        assert "ttl" not in found.expiration_policy


def test_a_trigger_has_the_policies_of_the_topology(recording_cloud: LocalCloud) -> None:
    project = f"projects/{recording_cloud.project}"
    found = recording_cloud.subscriber.get_subscription(
        subscription=f"{project}/subscriptions/eventarc-enrich-records-sub"
    )
    assert found.topic == f"{project}/topics/validated-records"
    assert found.ack_deadline_seconds == 600
    assert found.dead_letter_policy.max_delivery_attempts == 5
    assert found.dead_letter_policy.dead_letter_topic == (
        f"{project}/topics/enrich-records-dead-letter"
    )


def test_credentials_are_private_and_stay_on_loopback(recording_cloud: LocalCloud) -> None:
    path = recording_cloud.data_dir / "credentials.json"
    assert path.stat().st_mode & 0o777 == 0o600
    assert "authorized_user" == json.loads(path.read_text())["type"]


def test_up_again_changes_nothing_and_says_so(recording_cloud: LocalCloud) -> None:
    before = recording_cloud.endpoints
    again = recording_cloud.csvgate("up")
    assert "already running" in again.stdout
    assert recording_cloud.endpoints == before


def test_up_again_with_other_options_is_an_error(recording_cloud: LocalCloud) -> None:
    again = recording_cloud.csvgate("up", "--project", "another", check=False)
    assert again.returncode == 1
    assert "other values of project" in again.stderr


def test_everything_listens_on_loopback_alone(recording_cloud: LocalCloud) -> None:
    """No listening socket of ours is bound to another address."""
    ports = json.loads((recording_cloud.data_dir / "ports.json").read_text()).values()
    bound = {}
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for row in Path(table).read_text().splitlines()[1:]:
            _, local, _, state, *_ = row.split()
            host, port = local.split(":")
            if state == "0A":
                bound[int(port, 16)] = host
    loopback = {"0100007F", "0000000000000000FFFF00000100007F"}  # as IPv4, and mapped into IPv6
    assert {port: bound[port] in loopback for port in ports} == dict.fromkeys(ports, True)
