"""Google Cloud's locations: where functions run, where data can be, and where its key must be.

The lists are those of Cloud Run, Cloud Storage and BigQuery in November 2026.
"""

from collections.abc import Mapping
from typing import Final

from csvgate.contracts.reading.mistakes import closest

REGIONS: Final = (
    "africa-south1",
    "asia-east1",
    "asia-east2",
    "asia-northeast1",
    "asia-northeast2",
    "asia-northeast3",
    "asia-south1",
    "asia-south2",
    "asia-southeast1",
    "asia-southeast2",
    "asia-southeast3",
    "australia-southeast1",
    "australia-southeast2",
    "europe-central2",
    "europe-north1",
    "europe-north2",
    "europe-southwest1",
    "europe-west1",
    "europe-west2",
    "europe-west3",
    "europe-west4",
    "europe-west6",
    "europe-west8",
    "europe-west9",
    "europe-west10",
    "europe-west12",
    "me-central1",
    "me-central2",
    "me-west1",
    "northamerica-northeast1",
    "northamerica-northeast2",
    "northamerica-south1",
    "southamerica-east1",
    "southamerica-west1",
    "us-central1",
    "us-east1",
    "us-east4",
    "us-east5",
    "us-south1",
    "us-west1",
    "us-west2",
    "us-west3",
    "us-west4",
)
DUAL_REGIONS: Final[Mapping[str, tuple[str, str]]] = {
    "ASIA1": ("asia-northeast1", "asia-northeast2"),
    "EUR4": ("europe-north1", "europe-west4"),
    "EUR5": ("europe-west1", "europe-west2"),
    "EUR7": ("europe-west2", "europe-west3"),
    "EUR8": ("europe-west3", "europe-west6"),
    "NAM4": ("us-central1", "us-east1"),
}
"""The predefined dual-regions of Cloud Storage, with the regions that hold the copies. Eventarc has
a trigger location of the same name for each."""
_KEYS_OF_MULTI_REGIONS: Final[Mapping[str, str]] = {"ASIA": "asia", "EU": "europe", "US": "us"}
"""Multi-region of Cloud Storage → the location of Cloud KMS for it."""
BUCKET_LOCATIONS: Final = (*REGIONS, *DUAL_REGIONS, *_KEYS_OF_MULTI_REGIONS)
DATASET_LOCATIONS: Final = (*REGIONS, "EU", "US")

_MEANT: Final[Mapping[str, str]] = {"europe": "EU", "usa": "US"}
"""What people write for a multi-region."""


def region(value: str) -> str:
    """Return the region. Raises ValueError if Cloud Run has no such region."""
    if value in REGIONS:
        return value
    if value.upper() in (*DUAL_REGIONS, *_KEYS_OF_MULTI_REGIONS):
        raise ValueError(f"`{value}` has several regions, but functions run in one; choose one")
    raise ValueError(_unknown(value, "region of Cloud Run", REGIONS))


def storage_region(value: str) -> str:
    """Return the region. Raises ValueError if data cannot be kept in such a region."""
    if value not in REGIONS:
        raise ValueError(_unknown(value, "region", REGIONS))
    return value


def bucket_location(value: str) -> str:
    """Return the location as Cloud Storage names it: regions in lowercase, others in uppercase.
    Raises ValueError."""
    return _one_of(value, BUCKET_LOCATIONS, "location of Cloud Storage")


def dataset_location(value: str) -> str:
    """Return the location as BigQuery names it. Raises ValueError."""
    if value.upper() in (*DUAL_REGIONS, "ASIA"):
        raise ValueError(f"BigQuery has no location `{value}`; choose EU, US or a region")
    return _one_of(value, DATASET_LOCATIONS, "location of BigQuery")


def key_location(location: str) -> str:
    """Return where the key of a bucket, dataset or function in a location must be."""
    return _KEYS_OF_MULTI_REGIONS.get(location.upper(), location.lower())


def _one_of(value: str, known: tuple[str, ...], what: str) -> str:
    for name in known:
        if name.lower() == value.lower():
            return name
    raise ValueError(_unknown(value, what, known))


def _unknown(value: str, what: str, known: tuple[str, ...]) -> str:
    meant = _MEANT.get(value.casefold())
    near = meant if meant in known else closest(value, known)
    hint = f"did you mean `{near}`?" if near else "for example europe-west1"
    return f"`{value}` is not a {what} that csvgate knows ({hint})"
