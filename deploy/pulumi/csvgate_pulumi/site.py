"""What the functions that create resources share."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pulumi
import pulumi_gcp as gcp

from csvgate_ops.deploy import DeployError
from csvgate_ops.deploy.plan.model import PROJECT_NUMBER, Key, Place


@dataclass(slots=True)
class Site:
    place: Place
    root: Path
    """The repository. Sources of functions are staged in its folder `build`."""
    provider: Any
    delete_data: bool = False
    """Whether buckets and datasets may be deleted with their contents."""
    foundation: list[Any] = field(default_factory=list)
    """APIs, service agents and their roles on keys: what every other resource needs."""
    made: dict[Key, Any] = field(default_factory=dict)
    """The resources and outputs of calls so far."""
    agents: dict[str, Any] = field(default_factory=dict)
    """API → its service agent as a member of policies, where a call returns that."""
    sources: Any = None
    """The bucket for archives of sources."""
    _number: Any = None

    def options(self, after: list[Any], *, protect: bool = False) -> Any:
        resources = [each for each in after if isinstance(each, pulumi.Resource)]
        return pulumi.ResourceOptions(
            provider=self.provider, depends_on=resources, protect=protect or None
        )

    def after(self, *resources: Any) -> Any:
        """Return the options of a call that waits for these resources."""
        return pulumi.InvokeOutputOptions(
            provider=self.provider,
            depends_on=[each for each in resources if isinstance(each, pulumi.Resource)],
        )

    def filled(self, text: str) -> Any:
        """Fill in `${PROJECT_NUMBER}`."""
        if PROJECT_NUMBER not in text:
            return text
        return self.number.apply(lambda number: text.replace(PROJECT_NUMBER, number))

    @property
    def number(self) -> Any:
        """The number of the project, which is asked for once the APIs are enabled."""
        if self._number is None:
            found = gcp.organizations.get_project_output(
                project_id=self.place.project, opts=self.after(*self.foundation)
            )
            self._number = found.number
        return self._number


class Wanted(Mapping[str, Any]):
    """The fields of a desired resource. It remembers which ones were read, so that a field that a
    kind does not handle is an error."""

    def __init__(self, key: Key, fields: Mapping[str, Any]) -> None:
        self.key = key
        self._fields = dict(fields)
        self._read: set[str] = set()

    def __getitem__(self, name: str) -> Any:
        self._read.add(name)
        return self._fields[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def all_read(self, different: frozenset[str]) -> None:
        """Raise DeployError for fields that were not read and are not listed as different."""
        unknown = sorted(self._fields.keys() - self._read - different)
        if unknown:
            raise DeployError(
                f"{self.key}: deploy/pulumi does not handle {', '.join(unknown)}. Add it to the "
                f"function for {self.key.kind} in csvgate_pulumi/kinds, or to "
                "csvgate_pulumi/differences.py"
            )
