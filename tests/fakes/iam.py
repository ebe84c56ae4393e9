"""Cloud Storage as a function's service account sees it: with the roles that deploy grants.

Conditions are evaluated as IAM documents them, and what is refused is recorded. A read of an absent
object is only answered with "absent" to those who may list.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from csvgate.ports import ObjectInfo, ObjectStore
from csvgate.runtime.errors import Transient
from csvgate_ops.deploy.plan.model import Binding

_TERM = re.compile(r'resource\.name\.extract\("([^"{}]+)\{\w+\}([^"{}]+)"\) != ""')
GET, LIST, CREATE, DELETE = (
    f"storage.objects.{verb}" for verb in ("get", "list", "create", "delete")
)
PERMISSIONS = {
    "roles/storage.objectViewer": {GET, LIST},
    "roles/storage.objectCreator": {CREATE},
    "roles/storage.objectUser": {GET, LIST, CREATE, DELETE},
    "roles/storage.legacyBucketReader": {LIST},
}
"""What of each role concerns objects."""


def holds(condition: str, resource: str) -> bool:
    """Evaluate a condition of the form that deploy writes: terms that are joined by `||`."""
    return not condition or any(_extract(resource, *term) for term in _terms(condition))


@cache
def _terms(condition: str) -> list[tuple[str, str]]:
    """Return the text before and after the placeholder of each template."""
    found = [_TERM.fullmatch(term) for term in condition.split(" || ")]
    assert all(found), f"unknown form of a condition: {condition}"
    return [(term[1], term[2]) for term in found if term]


def _extract(resource: str, before: str, after: str) -> bool:
    """Return whether there is text between the first `before` and the next `after`."""
    _, _, rest = resource.partition(before)
    return rest.find(after) > 0


class Forbidden(Transient):
    """The service answered 403, which csvgate retries: a role may still be spreading."""


@cache
def _known(bindings: tuple[Binding, ...]) -> dict[tuple[str, str, str | None], bool]:
    """Return what has been evaluated for these bindings: the simulator asks millions of times about
    the same names. `bindings` is only the key."""
    return {}


class GuardedStore:
    """An object store that refuses what none of the `bindings` of a service account allows."""

    def __init__(self, store: ObjectStore, bindings: Iterable[Binding], refused: list[str]) -> None:
        self._store, self._refused = store, refused
        self._bindings = tuple(b for b in bindings if b.on.kind == "bucket")
        self._known = _known(self._bindings)

    def allows(self, permission: str, bucket: str, name: str | None = None) -> bool:
        """`name` is None for a listing, whose resource is the bucket."""
        asked = (permission, bucket, name)
        if asked not in self._known:
            self._known[asked] = self._evaluated(*asked)
        return self._known[asked]

    def _evaluated(self, permission: str, bucket: str, name: str | None) -> bool:
        resource = f"projects/_/buckets/{bucket}" + ("" if name is None else f"/objects/{name}")
        return any(
            b.on.name == bucket
            and permission in PERMISSIONS[b.role]
            and holds(b.condition, resource)
            for b in self._bindings
        )

    def stat(self, bucket: str, name: str, generation: int | None = None) -> ObjectInfo | None:
        self._get(bucket, name)
        return self._store.stat(bucket, name, generation)

    def stream(self, bucket: str, name: str, generation: int, size: int) -> Iterator[bytes]:
        self._get(bucket, name)
        return self._store.stream(bucket, name, generation, size)

    def read(self, bucket: str, name: str, *rest: Any, **options: Any) -> bytes | None:
        self._get(bucket, name)
        return self._store.read(bucket, name, *rest, **options)

    def create(self, bucket: str, name: str, data: bytes, content_type: str) -> int | None:
        self._need(CREATE, bucket, name)
        self._get(bucket, name)  # what stands is read back after a refused create
        return self._store.create(bucket, name, data, content_type)

    @contextmanager
    def writer(
        self, bucket: str, name: str, content_type: str, *, replace: bool = False
    ) -> Iterator[Any]:
        self._need(CREATE, bucket, name)
        if replace:
            self._need(DELETE, bucket, name)
        self._get(bucket, name)
        with self._store.writer(bucket, name, content_type, replace=replace) as body:
            yield body

    def names(self, bucket: str, prefix: str) -> Iterator[str]:
        self._need(LIST, bucket)
        return self._store.names(bucket, prefix)

    def generations(self, bucket: str, prefix: str) -> Iterator[ObjectInfo]:
        self._need(LIST, bucket)
        return self._store.generations(bucket, prefix)

    def _get(self, bucket: str, name: str) -> None:
        self._need(GET, bucket, name)
        self._need(LIST, bucket)  # without it, an absent object is a 403

    def _need(self, permission: str, bucket: str, name: str | None = None) -> None:
        if not self.allows(permission, bucket, name):
            where = f"gs://{bucket}" + ("" if name is None else f"/{name}")
            self._refused.append(f"{permission} on {where}")
            raise Forbidden("storage.forbidden", f"{permission} on {where} is refused")
