"""Deploys and rollbacks of contracts alone: what they write, in which order, and two at once."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from csvgate.contracts.bundle import make_bundle
from csvgate.contracts.bundle_format import POINTER, bundle_in_use, bundle_name, digest_of
from csvgate.contracts.match import Contracts
from csvgate_ops.author.diff.model import Verdict
from csvgate_ops.author.diff.view import verdict
from csvgate_ops.deploy.contracts.history import NoBundle
from csvgate_ops.deploy.contracts.release import NothingToReturnTo
from csvgate_ops.deploy.plan.model import Command
from csvgate_ops.deploy.plan.tables import TablesRefused
from csvgate_ops.deploy.run.gcloud import Overtaken
from unit.deploy.contracts.fake_bucket import BUCKET, FakeBucket, contracts

FIRST, SECOND, THIRD = contracts("a"), contracts("a", "b"), contracts("a", "b", "c")


def digest(found: Contracts) -> str:
    return digest_of(make_bundle(found))


@pytest.fixture
def bucket(tmp_path: Path) -> FakeBucket:
    return FakeBucket(tmp_path)


def in_use(bucket: FakeBucket) -> str:
    return bundle_in_use(bucket.objects[POINTER].encode())


def test_the_bundle_is_there_before_the_pointer_names_it(bucket: FakeBucket) -> None:
    bucket.deploy(FIRST)
    assert [bundle_name(digest(FIRST)), POINTER] == list(bucket.objects)
    assert in_use(bucket) == bucket.versions[-1] == digest(FIRST)


def test_the_same_contracts_are_not_deployed_again(bucket: FakeBucket) -> None:
    bucket.deploy(FIRST)
    assert not bucket.deploy(FIRST).plan
    assert 1 == len(bucket.versions)


def test_tables_are_altered_before_the_contracts_are_in_use(bucket: FakeBucket) -> None:
    bucket.deploy(FIRST)
    bucket.tables["sales.orders"] = [{"name": "a", "type": "INTEGER"}]
    plan = bucket.deploy(SECOND).plan
    assert ["Tables", "Contracts"] == [stage.title for stage in plan.stages]
    assert "ADD COLUMN" in str(plan.stages[0].steps)


def test_a_table_that_cannot_follow_stops_it(bucket: FakeBucket) -> None:
    bucket.tables["sales.orders"] = [{"name": "a", "type": "BYTES"}]
    with pytest.raises(TablesRefused):
        bucket.deploy(FIRST)
    assert {} == bucket.objects


def test_it_says_what_changes(bucket: FakeBucket) -> None:
    assert () == bucket.deploy(FIRST).diffs
    assert Verdict.COMPATIBLE is verdict(bucket.deploy(FIRST).diffs)
    wrong = bucket.releases.deploy(bucket.stage(contracts("b")))
    assert Verdict.BREAKING is verdict(wrong.diffs)


def test_of_two_deploys_at_once_the_later_one_fails_and_changes_nothing(
    bucket: FakeBucket,
) -> None:
    bucket.deploy(FIRST)
    ours = bucket.releases.deploy(bucket.stage(SECOND))
    bucket.deploy(THIRD)
    with pytest.raises(Overtaken, match="somebody else has changed this since it was planned"):
        bucket.carry_out(ours)
    assert [digest(FIRST), digest(THIRD)] == bucket.versions
    assert digest(THIRD) == in_use(bucket)
    bucket.deploy(SECOND)
    assert digest(SECOND) == in_use(bucket)


def test_the_race_of_two_first_deploys(bucket: FakeBucket) -> None:
    ours = bucket.releases.deploy(bucket.stage(FIRST))
    raced = False

    def other(argv: Sequence[str]) -> None:
        nonlocal raced
        if not raced and argv[-2] == "--if-generation-match=0":
            raced = True
            bucket.deploy(SECOND)

    bucket.before = other
    with pytest.raises(Overtaken):
        bucket.carry_out(ours)
    assert [digest(SECOND)] == bucket.versions


def test_a_rollback_returns_to_the_contracts_before(bucket: FakeBucket) -> None:
    for each in (FIRST, SECOND):
        bucket.deploy(each)
    target, release = bucket.releases.rollback()
    assert digest(FIRST) == target.bundle
    bucket.carry_out(release)
    assert digest(FIRST) == in_use(bucket)
    assert 1 == sum(isinstance(step, Command) for step in release.plan.steps)
    again, _ = bucket.releases.rollback()
    assert digest(SECOND) == again.bundle


def test_a_rollback_to_named_contracts(bucket: FakeBucket) -> None:
    for each in (FIRST, SECOND, THIRD):
        bucket.deploy(each)
    target, release = bucket.releases.rollback(digest(FIRST)[:6])
    bucket.carry_out(release)
    assert digest(FIRST) == target.bundle == in_use(bucket)


@pytest.mark.parametrize("to", ["", "0123"])
def test_without_earlier_contracts_it_says_so(to: str, bucket: FakeBucket) -> None:
    with pytest.raises(NothingToReturnTo, match="no earlier contracts"):
        bucket.releases.rollback(to)
    bucket.deploy(FIRST)
    with pytest.raises(NothingToReturnTo, match="no earlier contracts"):
        bucket.releases.rollback(to)


def test_too_few_digits(bucket: FakeBucket) -> None:
    first = digest(FIRST)
    alike = next(c for n in range(99) if digest(c := contracts("a", f"c{n}"))[0] == first[0])
    for each in (FIRST, alike, SECOND):
        bucket.deploy(each)
    with pytest.raises(NothingToReturnTo, match="give more digits"):
        bucket.releases.rollback(first[0])


def test_a_rollback_whose_table_cannot_follow_is_refused(bucket: FakeBucket) -> None:
    bucket.deploy(FIRST)
    bucket.deploy(SECOND)
    bucket.tables["sales.orders"] = [{"name": "a", "type": "BYTES"}]
    with pytest.raises(TablesRefused):
        bucket.releases.rollback()
    assert digest(SECOND) == in_use(bucket)


@pytest.mark.parametrize(
    ("text", "message"),
    [("{}", "is damaged: its SHA-256"), (None, "cannot be read: ERROR")],
)
def test_a_rollback_to_a_damaged_bundle_is_refused(
    text: str | None, message: str, bucket: FakeBucket
) -> None:
    bucket.deploy(FIRST)
    bucket.deploy(SECOND)
    del bucket.objects[bundle_name(digest(FIRST))]
    if text is not None:
        bucket.objects[bundle_name(digest(FIRST))] = text
    with pytest.raises(NoBundle, match=message):
        bucket.releases.rollback()


def test_a_pointer_that_somebody_has_written_is_replaced(bucket: FakeBucket) -> None:
    bucket.deploy(FIRST)
    bucket.versions.append("")
    assert ["unknown", digest(FIRST)[:12]] == [each.short for each in bucket.releases.history()]
    bucket.deploy(FIRST)
    assert digest(FIRST) == in_use(bucket)
    assert 3 == len(bucket.versions)


def test_what_a_deploy_asks(bucket: FakeBucket) -> None:
    """The history in one listing, each table once, and the bundle in use for the comparison."""
    bucket.deploy(FIRST)
    bucket.asked.clear()
    bucket.releases.deploy(bucket.stage(SECOND))
    where = "bq --project_id=shop --format=json show"
    assert [
        f"gcloud storage ls gs://{BUCKET}/{POINTER} --all-versions --json",
        f"{where} --dataset sales",
        f"{where} sales.orders",
        f"gcloud storage cat gs://{BUCKET}/{bundle_name(digest(FIRST))}",
    ] == bucket.asked


def test_a_pointer_is_json_that_names_the_bundle(bucket: FakeBucket) -> None:
    bucket.deploy(FIRST)
    assert {"format": 1, "bundle": digest(FIRST)} == json.loads(bucket.objects[POINTER])


@pytest.mark.parametrize("written", ["../../uploads/orders", "\x1b[2J", "0" * 63, "A" * 64])
def test_metadata_that_is_not_a_hash_names_no_bundle(written: str, bucket: FakeBucket) -> None:
    bucket.deploy(FIRST)
    bucket.versions.append(written)
    assert ["unknown", digest(FIRST)[:12]] == [each.short for each in bucket.releases.history()]
