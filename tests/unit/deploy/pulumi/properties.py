"""The properties of a resource that Pulumi registers."""

from collections.abc import Mapping
from typing import Any


class Properties:
    """Remembers which properties were read."""

    def __init__(self, owner: str, values: Mapping[str, Any]) -> None:
        self.owner = owner
        self._values = values
        self._read: set[str] = set()
        self._parts: list[Properties] = []

    def __getitem__(self, name: str) -> Any:
        assert name in self._values, f"{self.owner} has no {name}"
        return self.get(name)

    def get(self, name: str, default: Any = None) -> Any:
        self._read.add(name)
        return self._values.get(name, default)

    def part(self, name: str) -> "Properties":
        """The properties under a name; empty if there are none."""
        found = Properties(f"{self.owner}.{name}", self.get(name) or {})
        self._parts.append(found)
        return found

    def parts(self, name: str) -> list["Properties"]:
        found = [
            Properties(f"{self.owner}.{name}[{at}]", item)
            for at, item in enumerate(self.get(name) or ())
        ]
        self._parts += found
        return found

    def constant(self, **values: Any) -> None:
        for name, value in values.items():
            assert (name, value) == (name, self[name]), self.owner

    def rest(self) -> dict[str, Any]:
        """Everything that was not read yet."""
        left = {name: item for name, item in self._values.items() if name not in self._read}
        self._read |= left.keys()
        return left

    def all_read(self) -> None:
        unread = sorted(self._values.keys() - self._read)
        assert [] == unread, f"{self.owner}: no reader in unit/deploy/pulumi reads {unread}"
        for part in self._parts:
            part.all_read()
