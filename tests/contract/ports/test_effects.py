"""What an effect does to its table, with the fake and with the emulators."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from contract.ports.backends import Dataset
from contract.ports.staged_rows import MORNING, Customers, hours, november, seen
from csvgate.effects.model import (
    Conflict,
    Delete,
    Insert,
    InsertUnique,
    Job,
    JobResult,
    Merge,
    Replace,
    ReplaceBy,
    ReplaceTable,
    Staged,
)
from csvgate.runtime.errors import Permanent

A, B, C, D = (
    ("anna", 20, 1, "new"),
    ("ben", 20, 1, "new"),
    ("cleo", 21, 1, "new"),
    ("dan", 21, 1, "x"),
)
E, F = ("eve", None, 1, "new"), (None, 20, 1, "new")


pytestmark = pytest.mark.parametrize(
    "dataset", ["fake", "bqemulator", "local-bigquery"], indirect=True
)


@pytest.fixture
def customers(dataset: Dataset) -> Customers:
    return Customers(dataset, dataset.warehouse.location(dataset.name))


def done(result: JobResult) -> tuple[int, int, int]:
    assert result.state == "done", result.reason
    return result.inserted, result.updated, result.deleted


class TestInsert:
    def test_rows_are_added(self, customers: Customers) -> None:
        assert done(customers.run(Insert(staged=customers.stage([A, E])))) == (2, 0, 0)
        assert done(customers.run(Insert(staged=customers.stage([C], "u2")))) == (1, 0, 0)
        assert customers.rows() == seen([A, E]) + seen([C], "u2")

    def test_without_rows_there_is_no_staging_table(self, customers: Customers) -> None:
        assert done(customers.run(Insert(staged=customers.stage([])))) == (0, 0, 0)


class TestInsertUnique:
    def test_all_rows_or_none(self, customers: Customers) -> None:
        keys = (("customer", "state"),)
        first = InsertUnique(staged=customers.stage([A, B, E]), keys=keys)
        assert done(customers.run(first)) == (3, 0, 0)
        again = [C, B, ("anna", 22, 2, "old"), ("eve", 22, 1, "new")]
        second = InsertUnique(staged=customers.stage(again, "u2"), keys=keys)
        assert done(customers.run(second)) == (0, 0, 0)
        assert customers.rows() == seen([A, B, E])
        conflicts = customers.dataset.warehouse.conflicts(customers.effect(second), 20)
        assert conflicts == [
            Conflict(line=3, columns=keys[0], upload="u1", there=3),
            Conflict(line=5, columns=keys[0], upload="u1", there=4),
        ]
        most = customers.dataset.warehouse.conflicts(customers.effect(second), 1)
        assert most == conflicts[:1]
        third = InsertUnique(staged=customers.stage([C, ("anna", 20, 1, "old")], "u3"), keys=keys)
        assert done(customers.run(third)) == (2, 0, 0)
        assert customers.dataset.warehouse.conflicts(customers.effect(first), 20) != []

    def test_several_keys(self, customers: Customers) -> None:
        customers.run(Insert(staged=customers.stage([("anna", 20, 1, "x"), ("ben", 20, 2, "x")])))
        customers.run(Insert(staged=customers.stage([("ben", 20, 3, "x")], "u0")))
        keys = (("changed",), ("customer", "day"))
        staged = customers.stage([("cleo", 20, 1, "y"), ("ben", 20, 2, "y")], "u2")
        effect = InsertUnique(staged=staged, keys=keys)
        assert done(customers.run(effect)) == (0, 0, 0)
        found = customers.dataset.warehouse.conflicts(customers.effect(effect), 20)
        assert [(c.line, c.columns, c.upload, c.there) for c in found] == [
            (2, keys[0], "u1", 2),
            (3, keys[0], "u1", 3),
            (3, keys[1], "u0", 2),
        ]

    def test_a_key_with_a_missing_value_equals_no_other(self, customers: Customers) -> None:
        keys = (("customer", "day"),)
        for upload in ("u1", "u2"):
            unique = InsertUnique(staged=customers.stage([E, F], upload), keys=keys)
            assert done(customers.run(unique)) == (2, 0, 0)
            assert customers.dataset.warehouse.conflicts(customers.effect(unique), 20) == []


class TestReplace:
    def test_rows_of_the_uploads_disappear(self, customers: Customers) -> None:
        customers.run(Insert(staged=customers.stage([A, E], "u1")))
        customers.run(Insert(staged=customers.stage([B, C], "u2")))
        customers.run(Insert(staged=customers.stage([D], "u3")))
        staged = customers.stage([A, D], "u4")
        result = customers.run(Replace(staged=staged, uploads=("u1", "u2"), range=None))
        assert done(result) == (2, 0, 4)
        assert customers.rows() == seen([D], "u3") + seen([A, D], "u4")

    def test_only_partitions_in_the_range_are_changed(self, customers: Customers) -> None:
        customers.run(Insert(staged=customers.stage([A, E, C], "u1")))
        replace = Replace(
            staged=customers.stage([D], "u2"), uploads=("u1",), range=november(20, 20)
        )
        assert done(customers.run(replace)) == (1, 0, 2)
        assert customers.rows() == seen([C], "u1", 4) + seen([D], "u2")

    def test_an_upload_without_rows_removes_the_others(self, customers: Customers) -> None:
        customers.run(Insert(staged=customers.stage([A, E], "u1")))
        customers.run(Insert(staged=customers.stage([B], "u2")))
        nothing = customers.stage([], "u3")
        assert done(customers.run(Replace(staged=nothing, uploads=("u1",), range=None))) == (
            0,
            0,
            2,
        )
        assert done(customers.run(Replace(staged=nothing, uploads=(), range=None))) == (0, 0, 0)
        assert customers.rows() == seen([B], "u2")

    def test_the_first_upload_replaces_nothing(self, customers: Customers) -> None:
        customers.run(Insert(staged=customers.stage([A], "u1")))
        staged = customers.stage([B], "u2")
        assert done(customers.run(Replace(staged=staged, uploads=(), range=None))) == (1, 0, 0)
        assert customers.rows() == seen([A], "u1") + seen([B], "u2")


class TestReplaceBy:
    def test_older_rows_with_the_same_values_disappear(self, customers: Customers) -> None:
        customers.run(Insert(staged=customers.stage([A, B, C, E], "u1")))
        staged = customers.stage([("anna", 20, 5, "s"), ("eve", None, 5, "s")], "u2", hours(1))
        assert done(customers.run(ReplaceBy(staged=staged, columns=("day",)))) == (2, 0, 3)
        assert customers.rows() == [
            *seen([C], "u1", 4),
            *seen([("anna", 20, 5, "s"), ("eve", None, 5, "s")], "u2"),
        ]

    def test_several_rows_with_the_same_values(self, customers: Customers) -> None:
        customers.run(Insert(staged=customers.stage([A, A, B], "u1")))
        staged = customers.stage([A, A, A], "u2", hours(1))
        assert done(customers.run(ReplaceBy(staged=staged, columns=("day",)))) == (3, 0, 3)
        assert customers.rows() == seen([A, A, A], "u2")

    def test_several_columns_with_missing_values(self, customers: Customers) -> None:
        given = [A, E, F, (None, None, 1, "n"), ("null", 20, 1, "n")]
        customers.run(Insert(staged=customers.stage(given, "u1")))
        staged = customers.stage([E, F, (None, None, 2, "n")], "u2", hours(1))
        assert done(customers.run(ReplaceBy(staged=staged, columns=("customer", "day")))) == (
            3,
            0,
            3,
        )
        assert customers.rows() == [
            *seen([A], "u1"),
            *seen([("null", 20, 1, "n")], "u1", 6),
            *seen([E, F, (None, None, 2, "n")], "u2"),
        ]

    def test_rows_of_newer_uploads_stay(self, customers: Customers) -> None:
        customers.run(Insert(staged=customers.stage([A, E], "u2", hours(1))))
        staged = customers.stage([B, C, E], "u1")
        assert done(customers.run(ReplaceBy(staged=staged, columns=("day",)))) == (1, 0, 0)
        assert customers.rows() == seen([C], "u1", 3) + seen([A, E], "u2")

    def test_the_upload_decides_between_loads_of_the_same_time(self, customers: Customers) -> None:
        customers.run(Insert(staged=customers.stage([A], "u2")))
        customers.run(Insert(staged=customers.stage([B], "u4")))
        staged = customers.stage([C, D, ("fay", 20, 1, "n")], "u3")
        assert done(customers.run(ReplaceBy(staged=staged, columns=("day",)))) == (2, 0, 1)
        assert customers.rows() == seen([C, D], "u3") + seen([B], "u4")

    def test_a_correction_keeps_the_rows_of_its_original(self, customers: Customers) -> None:
        customers.run(Insert(staged=customers.stage([A], "u1")))
        correction = customers.stage(
            [("ben", 20, 1, "x")], "u1", MORNING + timedelta(microseconds=1)
        )
        assert done(customers.run(ReplaceBy(staged=correction, columns=("day",)))) == (1, 0, 0)
        assert len(customers.rows()) == 2


class TestReplaceTable:
    def test_all_rows_disappear(self, customers: Customers) -> None:
        customers.run(Insert(staged=customers.stage([A, E], "u1")))
        assert done(customers.run(ReplaceTable(staged=customers.stage([C], "u2")))) == (1, 0, 2)
        assert customers.rows() == seen([C], "u2")
        assert done(customers.run(ReplaceTable(staged=customers.stage([], "u3")))) == (0, 0, 1)
        assert customers.rows() == []


class TestMerge:
    def test_rows_are_updated_by_key_or_inserted(self, customers: Customers) -> None:
        customers.run(Insert(staged=customers.stage([A, B, C], "u1")))
        new = [("anna", 25, 7, "old"), ("ben", 21, 1, None), D]
        merge = Merge(
            staged=customers.stage(new, "u2", hours(1)), key=("customer",), latest_by=None
        )
        assert done(customers.run(merge)) == (1, 2, 0)
        assert customers.rows() == seen([C], "u1", 4) + seen(new, "u2")

    def test_an_older_object_changes_no_row(self, customers: Customers) -> None:
        customers.run(Insert(staged=customers.stage([A], "u2", hours(1))))
        merge = Merge(
            staged=customers.stage([("anna", 20, 9, "x"), B]), key=("customer",), latest_by=None
        )
        assert done(customers.run(merge)) == (1, 0, 0)
        assert customers.rows() == seen([B], "u1", 3) + seen([A], "u2")

    def test_the_greater_value_of_latest_by_wins(self, customers: Customers) -> None:
        there = [("a", 20, 5, "t"), ("b", 20, None, "t"), ("c", 20, 5, "t"), ("d", 20, 5, "t")]
        customers.run(Insert(staged=customers.stage(there, "u2", hours(1))))
        new = [("a", 20, 6, "n"), ("b", 20, 0, "n"), ("c", 20, 4, "n"), ("d", 20, None, "n")]
        merge = Merge(staged=customers.stage(new, "u1"), key=("customer",), latest_by="changed")
        assert done(customers.run(merge)) == (0, 2, 0)
        assert customers.rows() == seen(new[:2], "u1") + seen(there[2:], "u2", 4)

    def test_the_later_load_decides_between_equal_values(self, customers: Customers) -> None:
        there = [("a", 20, 5, "t"), ("b", 20, None, "t")]
        customers.run(Insert(staged=customers.stage(there, "u2", hours(1))))
        new = [("a", 20, 5, "n"), ("b", 20, None, "n")]
        older = Merge(staged=customers.stage(new, "u3"), key=("customer",), latest_by="changed")
        assert done(customers.run(older)) == (0, 0, 0)
        same = customers.stage(new, "u1", hours(1))
        assert done(customers.run(older.model_copy(update={"staged": same}))) == (0, 0, 0)
        later = customers.stage(new, "u3", hours(1))
        assert done(customers.run(older.model_copy(update={"staged": later}))) == (0, 2, 0)
        assert customers.rows() == seen(new, "u3")

    def test_the_newest_of_several_rows_in_one_file(self, customers: Customers) -> None:
        customers.run(Insert(staged=customers.stage([("a", 20, 1, "t")], "u1")))
        new = [("a", 20, 3, "n"), ("a", 21, 4, "n"), ("a", 22, None, "n"), ("b", 20, None, "n"),
               ("b", 21, None, "m"), ("c", 20, 7, "n"), ("c", 20, 7, "m")]  # fmt: skip
        staged = customers.stage(new, "u2", hours(1))
        merge = Merge(staged=staged, key=("customer",), latest_by="changed")
        assert done(customers.run(merge)) == (2, 1, 0)
        rows = seen(new, "u2")
        assert customers.rows() == [rows[1], rows[4], rows[6]]

    def test_a_key_of_several_columns_with_the_partition_column(self, customers: Customers) -> None:
        customers.run(Insert(staged=customers.stage([A, C, ("anna", 21, 1, "new")], "u1")))
        new = [("anna", 21, 2, "old"), ("anna", 22, 1, "new")]
        staged = customers.stage(new, "u2", hours(1))
        merge = Merge(staged=staged, key=("customer", "day"), latest_by=None)
        assert done(customers.run(merge)) == (1, 1, 0)
        assert customers.rows() == seen([A, C], "u1") + seen(new, "u2")

    def test_without_rows(self, customers: Customers) -> None:
        customers.run(Insert(staged=customers.stage([A])))
        merge = Merge(staged=customers.stage([], "u2"), key=("customer",), latest_by=None)
        assert done(customers.run(merge)) == (0, 0, 0)
        assert customers.rows() == seen([A])


class TestMergeThatRemoves:
    """Keys of removed rows are remembered, so that the order of arrival does not matter."""

    def merge(self, staged: Staged, latest_by: str | None = None) -> Merge:
        return Merge(
            staged=staged,
            key=("customer",),
            latest_by=latest_by,
            delete_when="state = 'deleted'",
            tombstones="csvgate_tombstones_customers",
            lateness_days=30,
        )

    def test_a_newer_row_removes_the_one_with_its_key(self, customers: Customers) -> None:
        customers.run(Insert(staged=customers.stage([A, B, C], "u1")))
        new = [("anna", 25, 7, "deleted"), ("ben", 21, 1, "kept"), ("dan", 21, 1, "deleted")]
        merge = self.merge(customers.stage(new, "u2", hours(1)))
        assert done(customers.run(merge)) == (0, 1, 1)
        assert customers.rows() == seen([C], "u1", 4) + seen([new[1]], "u2", 3)

    def test_a_late_older_row_does_not_come_back(self, customers: Customers) -> None:
        gone = [("anna", 20, 1, "deleted"), ("ben", 20, 1, "deleted")]
        assert done(customers.run(self.merge(customers.stage(gone, "u2", hours(1))))) == (0, 0, 0)
        assert done(customers.run(self.merge(customers.stage([A, B, C], "u1")))) == (1, 0, 0)
        assert customers.rows() == seen([C], "u1", 4)
        later = customers.stage([A, D], "u3", hours(2))
        assert done(customers.run(self.merge(later))) == (2, 0, 0)
        assert customers.rows() == seen([C], "u1", 4) + seen([A, D], "u3")

    def test_an_older_removal_changes_nothing(self, customers: Customers) -> None:
        customers.run(Insert(staged=customers.stage([A], "u2", hours(1))))
        gone = self.merge(customers.stage([("anna", 20, 9, "deleted")], "u1"))
        assert done(customers.run(gone)) == (0, 0, 0)
        assert customers.rows() == seen([A], "u2")

    def test_latest_by_decides_in_a_file_and_between_files(self, customers: Customers) -> None:
        new = [("a", 20, 5, "new"), ("a", 20, 6, "deleted"), ("b", 20, 5, "deleted"),
               ("b", 20, 6, "new"), ("c", 20, None, "deleted")]  # fmt: skip
        first = self.merge(customers.stage(new, "u2", hours(1)), "changed")
        assert done(customers.run(first)) == (1, 0, 0)
        late = [("a", 20, 6, "old"), ("c", 20, 0, "new")]
        second = self.merge(customers.stage(late, "u1"), "changed")
        assert done(customers.run(second)) == (1, 0, 0)
        assert customers.rows() == seen([late[1]], "u1", 3) + seen([new[3]], "u2", 5)

    def test_the_newest_of_several_removals_is_remembered(self, customers: Customers) -> None:
        gone = [("anna", 20, 1, "deleted")]
        for upload, hour in (("u3", 3), ("u1", 1), ("u5", 5)):
            customers.run(self.merge(customers.stage(gone, upload, hours(hour))))
        for upload, hour in (("u2", 2), ("u4", 4)):
            customers.run(self.merge(customers.stage([A], upload, hours(hour))))
        assert customers.rows() == []
        [tombstone] = customers.dataset.rows("csvgate_tombstones_customers")
        assert (tombstone["customer"], tombstone["_upload_id"]) == ("anna", "u5")

    def test_a_condition_that_is_unknown_removes_nothing(self, customers: Customers) -> None:
        rows = [("anna", 20, 1, None)]
        assert done(customers.run(self.merge(customers.stage(rows, "u1")))) == (1, 0, 0)
        assert customers.rows() == seen(rows, "u1")


class TestDelete:
    def test_rows_of_the_upload_disappear(self, customers: Customers) -> None:
        customers.run(Insert(staged=customers.stage([A, C, E], "u1")))
        customers.run(Insert(staged=customers.stage([B], "u2")))
        customers.run(Insert(staged=customers.stage([D], "u1", hours(1))))
        assert done(customers.run(Delete(upload="u1", range=november(20, 20)))) == (0, 0, 2)
        assert done(customers.run(Delete(upload="u1", range=None))) == (0, 0, 2)
        assert done(customers.run(Delete(upload="u1", range=None))) == (0, 0, 0)
        assert customers.rows() == seen([B], "u2")


class TestJobs:
    def test_an_id_runs_once(self, customers: Customers) -> None:
        statement, job = Insert(staged=customers.stage([A])), customers.job()
        for _ in range(3):
            assert done(customers.run(statement, job)) == (1, 0, 0)
        assert done(customers.run(Delete(upload="u1", range=None), job)) == (1, 0, 0)
        assert customers.rows() == seen([A])

    def test_a_job_that_was_not_started(self, customers: Customers) -> None:
        assert customers.dataset.warehouse.result(customers.job(), 0) is None

    def test_a_job_in_another_location(self, customers: Customers) -> None:
        job = customers.job()
        customers.run(Insert(staged=customers.stage([A])), job)
        elsewhere = Job(id=job.id, location="asia-east2")
        assert customers.dataset.warehouse.result(elsewhere, 0) is None

    def test_a_staging_table_that_is_gone(self, customers: Customers) -> None:
        """The failure is final: the rows must be loaded again."""
        statement = Insert(staged=customers.stage([A]))
        customers.dataset.drop_table(statement.staged.table)
        job = customers.job()
        result = customers.run(statement, job)
        assert (result.state, result.again) == ("failed", False)
        assert "notFound" in result.reason
        assert customers.run(statement, job) == result
        assert customers.rows() == []


class TestStaging:
    def test_it_may_be_created_again(self, customers: Customers) -> None:
        warehouse, expires = customers.dataset.warehouse, datetime.now(UTC) + timedelta(days=7)
        made = [
            warehouse.ensure_staging(customers.spec, "csvgate_staging_x", expires) for _ in "12"
        ]
        assert made[0] == made[1]
        assert (made[0].table, made[0].partition_by) == ("csvgate_staging_x", None)
        names = [column.name for column in customers.dataset.columns("csvgate_staging_x")]
        assert names == [column.name for column in customers.spec.columns]

    def test_it_expires(self, customers: Customers) -> None:
        """The failure is final, so that the rows are loaded again into another table."""
        statement = Insert(staged=customers.stage([A], expires=timedelta(seconds=3)))
        time.sleep(3.1)
        result = customers.run(statement)
        assert (result.state, result.again) == ("failed", False)
        assert customers.rows() == []

    def test_a_dataset_that_does_not_exist(self, customers: Customers) -> None:
        with pytest.raises(Permanent, match=r"table\.no_dataset"):
            customers.dataset.warehouse.location("nowhere")
