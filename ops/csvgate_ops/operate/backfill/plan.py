"""Decide what becomes of each object under a prefix: sent, known already, or left out."""

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from csvgate.contracts.match import Contracts
from csvgate.ports import ObjectInfo, ObjectStore
from csvgate.protocol.identity import Upload

Reason = Literal["folder", "no_contract", "name_taken", "forgotten"]


@dataclass(frozen=True, slots=True)
class Item:
    """An object to be loaded. It is copied first unless it is in the uploads bucket."""

    info: ObjectInfo
    dataset: str
    is_copied: bool
    """The object is in the uploads bucket: its notification is published. Otherwise the copy causes
    one."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An object that is not sent."""

    name: str
    reason: Reason
    detail: str


@dataclass(frozen=True, slots=True)
class Plan:
    source: str
    """The bucket whose objects are loaded."""
    prefix: str
    items: tuple[Item, ...]
    """The oldest object first: the order of objects is the order in which they replace rows."""
    known: tuple[Upload, ...]
    """Uploads that the ledger knows already, because they were sent before."""
    left_out: tuple[LeftOut, ...]

    @property
    def size(self) -> int:
        """The stored bytes of all objects that are going to be sent."""
        return sum(item.info.size for item in self.items)


def live_objects(store: ObjectStore, bucket: str, prefix: str) -> Iterator[ObjectInfo]:
    """Yield the current generation of each object with this prefix, by name. It takes two listings.
    Raises Transient and Permanent."""
    live = set(store.names(bucket, prefix))
    newest = {info.name: info for info in store.generations(bucket, prefix) if info.name in live}
    yield from newest.values()


def plan(
    source: str,
    prefix: str,
    objects: Iterable[ObjectInfo],
    uploaded: Iterable[ObjectInfo],
    known: Container[str],
    contracts: Contracts,
    forgotten_before: datetime | None = None,
) -> Plan:
    """`objects` are those of the source bucket. `uploaded` are those of the uploads bucket, and
    `known` the ids of all uploads in the ledger, which must have been listed before the objects.
    Objects that were uploaded before `forgotten_before` are left out: the ledger may have deleted
    its entries about them."""
    there = {info.name: info for info in uploaded}
    items, before, left_out = list[Item](), list[Upload](), list[LeftOut]()
    for info in sorted(objects, key=lambda info: (info.created, info.name)):
        contract = contracts.for_object(info.name)
        copy = there.get(info.name)
        if info.name.endswith("/"):
            left_out.append(LeftOut(info.name, "folder", "it stands for a folder"))
        elif contract is None:
            left_out.append(LeftOut(info.name, "no_contract", "no contract matches its name"))
        elif copy is None:
            items.append(Item(info, contract.dataset, is_copied=False))
        elif not _is_same(copy, info):
            left_out.append(LeftOut(info.name, "name_taken", _taken(copy)))
        elif (upload := upload_of(copy)).id in known:
            before.append(upload)
        elif forgotten_before is not None and copy.created < forgotten_before:
            left_out.append(LeftOut(info.name, "forgotten", _forgotten(upload)))
        else:
            items.append(Item(copy, contract.dataset, is_copied=True))
    return Plan(source, prefix, tuple(items), tuple(before), tuple(left_out))


def upload_of(info: ObjectInfo) -> Upload:
    return Upload(info.bucket, info.name, info.generation)


def _is_same(copy: ObjectInfo, source: ObjectInfo) -> bool:
    return (copy.size, copy.crc32c) == (source.size, source.crc32c)


def _forgotten(upload: Upload) -> str:
    return (
        "the ledger has deleted its entries of that time, so it may have been loaded; if the table "
        f"has no rows with _upload_id = '{upload.id}', send it with --forgotten"
    )


def _taken(copy: ObjectInfo) -> str:
    return (
        f"gs://{copy.bucket}/{copy.name} has other content (generation {copy.generation}); copy it "
        "by hand under another name that the contract matches"
    )
