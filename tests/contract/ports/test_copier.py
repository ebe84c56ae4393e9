"""Copying an object into another bucket, against fake-gcs-server."""

from itertools import count

import pytest
from google.cloud.storage import Client

from contract.ports.backends import PROJECT
from contract.ports.real import GcsBucket
from csvgate.runtime.errors import Transient
from csvgate_ops.operate.backfill.copy import GcsCopier

_numbers = count(1)


@pytest.fixture
def buckets(gcs: str, monkeypatch: pytest.MonkeyPatch) -> tuple[GcsBucket, GcsBucket]:
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", gcs)
    number = next(_numbers)
    return GcsBucket(f"copy-from-{number}"), GcsBucket(f"copy-to-{number}")


def test_the_copy_has_the_name_and_the_content(buckets: tuple[GcsBucket, GcsBucket]) -> None:
    source, target = buckets
    original = source.put("orders/ä b.csv", b"a\n1\n")
    copied = GcsCopier(Client(project=PROJECT)).copy(original, target.name)
    assert copied == target.store.stat(target.name, original.name)
    assert copied is not None
    assert (original.name, original.size, original.crc32c) == (
        copied.name,
        copied.size,
        copied.crc32c,
    )
    assert copied.created > original.created


def test_a_name_that_is_taken_stays_as_it_is(buckets: tuple[GcsBucket, GcsBucket]) -> None:
    source, target = buckets
    original = source.put("orders/a.csv", b"a\n1\n")
    there = target.put("orders/a.csv", b"a\n2\n")
    assert GcsCopier(Client(project=PROJECT)).copy(original, target.name) is None
    assert there == target.store.stat(target.name, "orders/a.csv")


def test_an_object_that_is_gone_is_an_error_of_ours(buckets: tuple[GcsBucket, GcsBucket]) -> None:
    source, target = buckets
    original = source.put("orders/a.csv", b"a\n1\n")
    source.delete("orders/a.csv")
    with pytest.raises(Transient):
        GcsCopier(Client(project=PROJECT)).copy(original, target.name)
