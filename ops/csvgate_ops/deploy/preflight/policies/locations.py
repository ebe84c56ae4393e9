"""Which locations a value of the policy gcp.resourceLocations includes."""

import re
from collections.abc import Mapping
from typing import Final

from csvgate_ops.deploy.preflight.policies.effective import Verdict

_REGION: Final = re.compile(r"[a-z]+-[a-z]+[0-9]+")
_CONTINENTS: Final[Mapping[str, tuple[str, ...]]] = {
    "africa": ("africa",),
    "asia": ("asia",),
    "australia": ("australia", "au"),
    "europe": ("europe", "eu", "eur"),
    "me": ("me",),
    "northamerica": ("northamerica",),
    "southamerica": ("southamerica",),
    "us": ("us", "nam"),
}
"""Group of values → how the names of its regions, multi-regions and dual-regions begin."""
_NOT_IN_THE_EU: Final = ("europe-west2", "europe-west6")
"""London and Zurich."""


def includes(entry: str, location: str) -> Verdict:
    """Return whether an entry of the policy's list includes a region or multi-region. Without the
    prefix `in:` an entry is a single location. The countries of regions are not known here."""
    location = location.lower()
    if not entry.startswith("in:"):
        return entry.removeprefix("is:").lower() == location
    group = entry.removeprefix("in:").lower().removesuffix("-locations")
    if group == location:
        return True
    if _REGION.fullmatch(group) or location == "global":
        return False
    continent = _continent(location)
    if group == "eu":
        return continent == "europe" and location not in _NOT_IN_THE_EU
    if group in _CONTINENTS and continent:
        # Whether the group of North America includes the United States is not documented clearly.
        unclear = (group, continent) == ("northamerica", "us")
        return None if unclear else group == continent
    return None


def _continent(location: str) -> str:
    start = re.split(r"[-0-9]", location, maxsplit=1)[0]
    return next((name for name, starts in _CONTINENTS.items() if start in starts), "")
