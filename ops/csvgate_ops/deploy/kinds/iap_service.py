"""Who may pass Identity-Aware Proxy to a Cloud Run service.

The proxy has a policy for each service, beside that of the service itself. It is only read and
changed here; `run_service` switches the proxy on.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from csvgate_ops.deploy.kinds import agent, run_service
from csvgate_ops.deploy.kinds.kind import Kind, Missing, Names, Reader
from csvgate_ops.deploy.plan.model import Binding, Fields, Key, Place, Resource, Step

ACCESSOR: Final = "roles/iap.httpsResourceAccessor"
"""The role that lets a member pass the proxy."""
_GROUP: Final = ("gcloud", "beta", "iap", "web")
"""Only newer versions of gcloud know `--resource-type=cloud-run` without `beta`."""
_HEADING: Final = "Who may sign in"


@dataclass(frozen=True, slots=True)
class _Policy:
    heading: str = _HEADING
    consequences: Mapping[str, str] = field(default_factory=dict)

    def change(self, place: Place, binding: Binding, *, grant: bool) -> tuple[str, ...]:
        verb = "add" if grant else "remove"
        return (
            *_GROUP,
            f"{verb}-iam-policy-binding",
            *_where(place, binding.on.name),
            f"--member={binding.member}",
            f"--role={binding.role}",
            # Without either flag gcloud asks if any binding has a condition.
            "--condition=None" if grant else "--all",
        )

    def read(self, place: Place, on: Key, _found: Fields, reader: Reader) -> Iterator[Binding]:
        """Yield each role without its condition: an administrator who adds one to a member, for
        example an access level, must find it there after the next deploy."""
        policy = reader.find((*_GROUP, "get-iam-policy", *_where(place, on.name)))
        for item in (policy or {}).get("bindings", ()):
            for member in item.get("members", ()):
                yield Binding(on, item["role"], member)


def create(_place: Place, _resource: Resource) -> list[Step]:
    """Return no command: a service without a policy lets nobody through."""
    return []


def observe(place: Place, reader: Reader, names: Names) -> Mapping[str, Fields]:
    if not names:
        return {}
    services = run_service.observed(place, reader)
    return {name: {} for name in names if name in services}


def _where(place: Place, name: str) -> tuple[str, ...]:
    return "--resource-type=cloud-run", f"--service={name}", *run_service.where(place)


KIND = Kind(
    name="iap-service",
    noun="Identity-Aware Proxy of function",
    heading=_HEADING,
    api=agent.IAP,
    create=create,
    observe=observe,
    fields={},
    missing=Missing("nobody can sign in"),
    iam=_Policy(),
    removal=None,
    part_of=lambda name: Key("function", name),
)
