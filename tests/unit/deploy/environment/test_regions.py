"""All locations of Google Cloud are accepted, in the spelling that each service reports."""

from pathlib import Path

import pytest

from csvgate_ops.deploy.environment import regions
from csvgate_ops.deploy.environment.load import load_environment
from csvgate_ops.deploy.environment.model import Environment
from csvgate_ops.deploy.environment.overlay import overlay, place_of
from csvgate_ops.deploy.plan import resources
from unit.deploy.plan.environments import topology

OF_CLOUD_RUN = [
    "asia-east1",
    "asia-northeast1",
    "asia-northeast2",
    "asia-south1",
    "asia-southeast3",
    "europe-north1",
    "europe-north2",
    "europe-southwest1",
    "europe-west1",
    "europe-west4",
    "europe-west8",
    "europe-west9",
    "me-west1",
    "northamerica-south1",
    "us-central1",
    "us-east1",
    "us-east4",
    "us-east5",
    "us-south1",
    "us-west1",
    "africa-south1",
    "asia-east2",
    "asia-northeast3",
    "asia-southeast1",
    "asia-southeast2",
    "asia-south2",
    "australia-southeast1",
    "australia-southeast2",
    "europe-central2",
    "europe-west10",
    "europe-west12",
    "europe-west2",
    "europe-west3",
    "europe-west6",
    "me-central1",
    "me-central2",
    "northamerica-northeast1",
    "northamerica-northeast2",
    "southamerica-east1",
    "southamerica-west1",
    "us-west2",
    "us-west3",
    "us-west4",
]
"""Cloud Run's regions by price tier, as its page on locations lists them."""


def environment(folder: Path, **settings: str) -> Environment:
    given = {"project": "acme-sales", "region": "us-east5", "sender": "sales@acme.example"}
    file = folder / "env.yaml"
    file.write_text("".join(f"{k}: {v}\n" for k, v in (given | settings).items()))
    return load_environment(file, topology())


def test_every_region_of_cloud_run_is_accepted(tmp_path: Path) -> None:
    assert sorted(OF_CLOUD_RUN) == sorted(regions.REGIONS)
    for region in OF_CLOUD_RUN:
        found = environment(tmp_path, region=region, bigquery_location=region)
        place = place_of(topology(), found)
        assert (region, region, region) == (
            place.region,
            place.bucket_location,
            place.bigquery_location,
        )


@pytest.mark.parametrize(
    ("written", "bucket"),
    [
        ("EU", "eu"),
        ("us", "us"),
        ("ASIA", "asia"),
        *((name, name.lower()) for name in ("NAM4", "EUR4", "EUR5", "EUR7", "EUR8", "ASIA1")),
        ("nam4", "nam4"),
        ("EUROPE-WEST12", "europe-west12"),
    ],
)
def test_a_trigger_is_where_its_bucket_is(written: str, bucket: str, tmp_path: Path) -> None:
    """Eventarc delivers the events of a bucket in several regions only there; triggers of Pub/Sub
    are in a region."""
    found = environment(tmp_path, bucket_location=written)
    place, settled = place_of(topology(), found), overlay(topology(), found)
    assert bucket == place.bucket_location
    located = {r.key.name: r.fields["location"] for r in resources.triggers(settled, place)}
    assert {
        "validate-and-parse": bucket,
        "enrich-records": "us-east5",
        "notify-stakeholders": "us-east5",
    } == located


@pytest.mark.parametrize(
    ("written", "dataset"),
    [("EU", "EU"), ("eu", "EU"), ("us", "US"), ("Me-Central2", "me-central2")],
)
def test_datasets_are_located_as_bigquery_reports_it(
    written: str, dataset: str, tmp_path: Path
) -> None:
    place = place_of(topology(), environment(tmp_path, bigquery_location=written))
    assert dataset == place.bigquery_location
