"""Create the resources of an environment, in an order that Pulumi can see.

What the topology names first (accounts, secrets, buckets, topics, datasets) waits for APIs and
service agents only. `pulumi destroy --exclude-protected` also keeps what protected resources wait
for, so this must not be more. From the roles on, each section of the plan waits for the previous
one, and functions and triggers wait for each other, consumers first.
"""

from pathlib import Path
from typing import Any

import pulumi_gcp as gcp

from csvgate_ops.deploy import DeployError
from csvgate_ops.deploy.kinds import KINDS
from csvgate_ops.deploy.kinds.iam import ROLES
from csvgate_ops.deploy.plan.model import Binding, Desired, Key, Resource, Section
from csvgate_pulumi import differences, monitoring
from csvgate_pulumi.kinds import CREATE
from csvgate_pulumi.roles import grant
from csvgate_pulumi.site import Site, Wanted

_FOUNDATION = ("api", "agent", "kms-key")
_ONE_BY_ONE = ("function", "trigger")


def build(desired: Desired, root: Path, *, delete_data: bool = False) -> None:
    """Create everything in `desired`. `root` is the repository. Raises DeployError for a kind,
    field or setting that has no counterpart here."""
    unknown = sorted({r.key.kind for r in desired.resources} - CREATE.keys())
    if unknown:
        raise DeployError(
            f"deploy/pulumi does not handle the kinds {', '.join(unknown)}. Add a function for "
            "each to csvgate_pulumi/kinds"
        )
    _Build(desired, _site(desired, root, delete_data)).everything()


def _site(desired: Desired, root: Path, delete_data: bool) -> Site:
    place = desired.place
    provider = gcp.Provider(
        "google",
        project=place.project,
        region=place.region,
        # Otherwise every resource gets a label that deploy/env does not have.
        add_pulumi_attribution_label=False,
    )
    return Site(place, root, provider, delete_data)


class _Build:
    def __init__(self, desired: Desired, site: Site) -> None:
        self._desired = desired
        self._site = site
        self._before: list[Any] = []
        """What the next section after the roles waits for."""

    def everything(self) -> None:
        wanted, on_ground = self._desired.monitoring, True
        followed: list[Any] = []
        for section in self._desired.sections:
            on_ground = on_ground and section.title != ROLES
            made = self._ground(section) if on_ground else self._section(section)
            if on_ground:
                self._before += made
            elif made:
                self._before = made
            if section.title == KINDS["api"].heading and wanted is not None:
                # Cloud Monitoring may take minutes to know a metric.
                options = self._site.options(self._site.foundation)
                followed += monitoring.metrics(wanted, options)
                recipients = list(monitoring.channels(wanted, options))
        if wanted is not None:
            options = self._site.options([*followed, *self._before])
            list(monitoring.alerts(wanted, recipients, options))

    def _ground(self, section: Section) -> list[Any]:
        site = self._site
        made = [self._item(item, site.foundation) for item in section.items]
        if all(isinstance(i, Binding) or i.key.kind in _FOUNDATION for i in section.items):
            site.foundation = [*site.foundation, *made]
        return made

    def _section(self, section: Section) -> list[Any]:
        made: list[Any] = []
        for item in section.items:
            one_by_one = isinstance(item, Resource) and item.key.kind in _ONE_BY_ONE
            made.append(self._item(item, [*self._before, *(made[-1:] if one_by_one else ())]))
        return made

    def _item(self, item: Resource | Binding, after: list[Any]) -> Any:
        site = self._site
        if isinstance(item, Binding):
            return grant(site, item, site.options(after))
        key, fields = item.key, Wanted(item.key, item.fields)
        options = site.options(after, protect=self._holds_data(key) and not site.delete_data)
        site.made[key] = made = CREATE[key.kind](site, fields, options)
        fields.all_read(differences.fields_of(key.kind))
        return made

    def _holds_data(self, key: Key) -> bool:
        kind = KINDS.get(key.kind)
        if kind is None or kind.removal is None:
            return False
        return kind.removal.holds_data(key, self._desired.resources)
