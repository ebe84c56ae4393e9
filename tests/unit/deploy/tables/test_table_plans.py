"""An existing table against its contract: changes, refusals, and what is left alone."""

from dataclasses import replace

import pytest
from sqlglot import exp

from csvgate.contracts.model import Contract
from csvgate.gcp.columns import differences
from csvgate.ports import Column, Partitioning
from csvgate_ops.deploy.tables.compare import plans, table_plan
from csvgate_ops.deploy.tables.copy_rows import copy_statement, other_table
from csvgate_ops.deploy.tables.model import ExistingTable, Statement
from csvgate_ops.deploy.tables.view import lines, refusal_lines
from unit.deploy.tables.altered import PLACE, altered, parsed
from unit.deploy.tables.sales_table import FIELDS, contract, table, with_column, without_column


def test_a_table_that_csvgate_created_follows_its_contract() -> None:
    plan = table_plan(contract(), table())
    assert (plan.changes, plan.refusals, plan.remarks) == ((), (), ())
    assert list(lines(plan, PLACE)) == ["shop.sales: follows its contract"]


def test_a_missing_table_is_left_to_the_first_upload() -> None:
    plan = table_plan(contract(), None)
    assert list(lines(plan, PLACE)) == ["shop.sales: is created by the first upload"]


CHANGES: list[tuple[str, ExistingTable, Contract, list[str]]] = [
    (
        "added columns share a statement, with their descriptions",
        table(columns=table().columns[1:3] + table().columns[4:]),
        contract(),
        [
            'ADD COLUMN IF NOT EXISTS `sale_id` STRING OPTIONS (description="The till\'s number"), '
            "ADD COLUMN IF NOT EXISTS `pieces` INT64"
        ],
    ),
    (
        "a required column of csvgate is added as nullable",
        without_column("_line"),
        contract(),
        [
            "ADD COLUMN IF NOT EXISTS `_line` INT64 OPTIONS "
            '(description="The line of the file on which the row starts, from 1")'
        ],
    ),
    (
        "a greater length",
        with_column("city", type="STRING(20)"),
        contract(),
        ["ALTER COLUMN `city` SET DATA TYPE STRING(40)"],
    ),
    (
        "no length",
        with_column("sale_id", type="STRING(20)"),
        contract(),
        ["ALTER COLUMN `sale_id` SET DATA TYPE STRING"],
    ),
    (
        "more digits",
        with_column("price", type="NUMERIC(10, 2)"),
        contract(),
        ["ALTER COLUMN `price` SET DATA TYPE NUMERIC(12, 2)"],
    ),
    (
        "INT64 to NUMERIC",
        table(),
        contract(*FIELDS[:3], {"name": "pieces", "type": "number"}, FIELDS[4]),
        ["ALTER COLUMN `pieces` SET DATA TYPE NUMERIC"],
    ),
    (
        "NUMERIC to FLOAT64",
        with_column("price", type="NUMERIC(4)"),
        contract(
            *FIELDS[:2], {"name": "price", "type": "number", "bigquery": "FLOAT64"}, *FIELDS[3:]
        ),
        ["ALTER COLUMN `price` SET DATA TYPE FLOAT64"],
    ),
    (
        "a required column that the contract does not require",
        with_column("city", required=True),
        contract(),
        ["ALTER COLUMN `city` DROP NOT NULL"],
    ),
    (
        "a required column that the contract does not have",
        table(columns=(*table().columns, Column("old", "STRING", required=True))),
        contract(),
        ["ALTER COLUMN `old` DROP NOT NULL"],
    ),
    (
        "a column in another case keeps its name",
        table(columns=tuple(replace(c, name=c.name.upper()) for c in table().columns)),
        contract({**FIELDS[0], "description": "New"}, *FIELDS[1:]),
        ['ALTER COLUMN `SALE_ID` SET OPTIONS (description="New")'],
    ),
    (
        "mode, type and description of one column",
        with_column("city", type="STRING(20)", required=True),
        contract(FIELDS[0], {**FIELDS[1], "title": "Where"}, *FIELDS[2:]),
        [
            "ALTER COLUMN `city` DROP NOT NULL",
            "ALTER COLUMN `city` SET DATA TYPE STRING(40)",
            'ALTER COLUMN `city` SET OPTIONS (description="Where")',
        ],
    ),
    (
        "all options in one statement, and labels of others are kept",
        table(labels={"owner": "data"}),
        contract(
            schema={"title": "Sales"},
            destination={
                "labels": {"team": "shop"},
                "partition_expiry_days": 400,
                "require_partition_filter": True,
            },
        ),
        [
            'SET OPTIONS (description="Sales", labels=[("owner", "data"), ("team", "shop")], '
            "partition_expiration_days=400, require_partition_filter=TRUE)"
        ],
    ),
    (
        "a required filter is lifted only if the contract says so",
        table(require_partition_filter=True),
        contract(destination={"require_partition_filter": False}),
        ["SET OPTIONS (require_partition_filter=FALSE)"],
    ),
    (
        "clustering",
        table(cluster_by=("city",)),
        contract(destination={"cluster_by": ["city", "sale_id"]}),
        ["city,sale_id"],
    ),
    (
        "a primary key",
        table(),
        contract(schema={"primaryKey": ["sale_id"], "primaryKeyIn": "table"}),
        ["ADD PRIMARY KEY (`sale_id`) NOT ENFORCED"],
    ),
    (
        "another primary key",
        table(primary_key=("city",)),
        contract(schema={"primaryKey": ["sale_id", "day"], "primaryKeyIn": "table"}),
        ["DROP PRIMARY KEY", "ADD PRIMARY KEY (`sale_id`, `day`) NOT ENFORCED"],
    ),
]


@pytest.mark.parametrize(
    ("found", "wanted", "actions"), [case[1:] for case in CHANGES], ids=[c[0] for c in CHANGES]
)
def test_what_can_be_changed_in_place(
    found: ExistingTable, wanted: Contract, actions: list[str]
) -> None:
    plan = table_plan(wanted, found)
    assert plan.refusals == ()
    assert actions == [
        change.action if isinstance(change, Statement) else ",".join(change.columns)
        for change in plan.changes
    ]
    after = altered(found, plan.changes)
    assert table_plan(wanted, after).changes == ()
    assert differences(plan.spec, after.columns) == []
    needed = [c for c in plan.changes if isinstance(c, Statement) and c.needed]
    assert bool(differences(plan.spec, found.columns)) == bool(needed)


LEFT_ALONE: dict[str, ExistingTable] = {
    "wider columns": with_column("city", type="STRING"),
    "a nullable column of csvgate": with_column("_line", required=False),
    "a description that the contract does not have": with_column("city", description="By hand"),
    "options that the contract does not have": table(
        description="By hand",
        labels={"owner": "data"},
        partition_expiry_days=7.0,
        require_partition_filter=True,
        cluster_by=("city",),
        primary_key=("sale_id",),
    ),
}


@pytest.mark.parametrize("found", LEFT_ALONE.values(), ids=LEFT_ALONE)
def test_what_is_left_alone(found: ExistingTable) -> None:
    plan = table_plan(contract(), found)
    assert (plan.changes, plan.refusals, plan.remarks) == ((), (), ())


def test_a_table_may_have_partitions_that_the_contract_does_not_ask_for() -> None:
    plan = table_plan(contract(destination={"partition_by": None}), table())
    assert (plan.changes, plan.refusals) == ((), ())


def test_a_further_column_stays() -> None:
    found = table(columns=(*table().columns, Column("old", "DATE")))
    assert table_plan(contract(), found).remarks == (
        "old is not in the contract: it stays, and is NULL in new rows",
    )


LOOKUP = {"lookup": {"reference": "shops", "by": "city", "add": ["region"]}}
SHOPS = {"shops": {"object": "shops.csv", "key": "city"}}
TYPED = {"shops": {**SHOPS["shops"], "columns": {"region": "STRING(2)"}}}
REFUSED: dict[str, tuple[ExistingTable, Contract, str, str]] = {
    "another type": (
        with_column("pieces", type="STRING"),
        contract(),
        "pieces: STRING to INT64: BigQuery cannot convert the column in place",
        "keep STRING in the contract, or load into another table",
    ),
    "fewer kinds of values": (
        with_column("pieces", type="NUMERIC"),
        contract(),
        "pieces: NUMERIC to INT64: BigQuery cannot convert the column in place",
        "keep NUMERIC in the contract, or load into another table",
    ),
    "more digits after the point, fewer before": (
        with_column("price", type="NUMERIC(14, 1)"),
        contract(),
        "price: NUMERIC(14, 1) to NUMERIC(12, 2): NUMERIC(12, 2) does not hold all values of "
        "NUMERIC(14, 1)",
        "declare NUMERIC(15, 2) in the contract, which holds both, or load into another table",
    ),
    "a column of records": (
        with_column("city", type="RECORD"),
        contract(),
        "city: RECORD to STRING(40): BigQuery cannot convert the column in place",
        "keep RECORD in the contract, or load into another table",
    ),
    "INT64 into few digits": (
        with_column("price", type="INT64"),
        contract(),
        "price: INT64 to NUMERIC(12, 2): BigQuery cannot convert the column in place",
        "keep INT64 in the contract, or load into another table",
    ),
    "the column of the partitions": (
        table(),
        contract(*FIELDS[:4], {"name": "day", "type": "datetime", "bigquery": "DATETIME"}),
        "day: DATE to DATETIME: BigQuery cannot change the type of the column that a table is "
        "partitioned by",
        "keep DATE in the contract, or load into another table",
    ),
    "other partitions": (
        table(partition_by=Partitioning("DAY", "month")),
        contract(),
        "the table is partitioned by `DAY`, in units of one month, and the contract wants "
        "partitions by `day`, in units of one day: BigQuery cannot change that",
        "write the present partitions into `partition_by`, or load into another table",
    ),
    "partitions of a table without any": (
        table(partition_by=None),
        contract(destination={"partition_by": {"unit": "hour"}}),
        "the table is not partitioned, and the contract wants partitions by the time at which rows "
        "arrive, in units of one hour: BigQuery cannot change that",
        "write the present partitions into `partition_by`, or load into another table",
    ),
    "a view": (
        table(kind="VIEW"),
        contract(),
        "it is not a table: BigQuery calls it VIEW",
        "name another table in `destination`",
    ),
    "a column of a lookup whose type nobody declares": (
        table(),
        contract(enrich=[LOOKUP], references=SHOPS),
        "region is not in the table, and its type follows from the reference's rows, which a "
        "deploy does not read",
        "declare the type of region under `references`, in `columns`",
    ),
}


@pytest.mark.parametrize(("found", "wanted", "what", "remedy"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused_with_a_way_out(
    found: ExistingTable, wanted: Contract, what: str, remedy: str
) -> None:
    plan = table_plan(wanted, found)
    (refusal,) = plan.refusals
    assert (refusal.what, refusal.remedy) == (what, remedy)
    shown = list(refusal_lines(plan, "my-project"))
    assert f"  {what}" in shown
    assert f"    way out: {remedy}" in shown
    assert ("set `destination.table` to sales_2" in "".join(shown)) == (found.kind == "TABLE")


def test_a_column_of_a_lookup_with_a_declared_type_is_added() -> None:
    plan = table_plan(contract(enrich=[LOOKUP], references=TYPED), table())
    (change,) = plan.changes
    assert isinstance(change, Statement)
    assert change.action.startswith("ADD COLUMN IF NOT EXISTS `region` STRING(2) ")


def test_the_rows_are_copied_into_another_table_with_their_types() -> None:
    found = table(columns=with_column("pieces", type="STRING").columns[:-4])
    plan = table_plan(contract(), found)
    copy = copy_statement(plan, found, "my-project")
    assert copy == (
        "INSERT INTO `my-project`.`shop`.`sales_2` (`sale_id`, `city`, `price`, `pieces`) SELECT "
        "`sale_id`, `city`, `price`, CAST(`pieces` AS INT64) FROM `my-project`.`shop`.`sales`"
    )
    assert isinstance(parsed(copy), exp.Insert)


def test_the_copy_meets_the_filter_that_the_earlier_table_requires() -> None:
    found = table(require_partition_filter=True)
    copy = copy_statement(table_plan(contract(), found), found, "my-project")
    assert copy.endswith("`sales` WHERE (`day` >= DATE '0001-01-01' OR `day` IS NULL)")
    assert isinstance(parsed(copy), exp.Insert)


def test_another_table_has_another_number() -> None:
    names = ["shop.sales", "shop.sales_2", "shop.sales_09", "shop.my_sales", "my_2.sales"]
    assert [other_table(name) for name in names] == [
        "shop.sales_2",
        "shop.sales_3",
        "shop.sales_10",
        "shop.my_sales_2",
        "my_2.sales_2",
    ]


def test_contracts_that_share_a_table_must_agree_on_types() -> None:
    """Otherwise the deploy alters the column for one of them, and all uploads of the other fail."""
    wider = contract(
        *(
            {**field, "type": "number", "bigquery": "NUMERIC"}
            if field["name"] == "pieces"
            else field
            for field in FIELDS
        )
    )
    first, second = (plan for _, plan in plans((wider, contract()), {"shop.sales": table()}))
    assert [change.why for change in first.changes] == ["pieces: INT64 to NUMERIC"]
    assert [refusal.what for refusal in second.refusals] == [
        "pieces: NUMERIC to INT64: BigQuery cannot convert the column in place"
    ]


def test_a_column_that_two_contracts_add_is_added_once() -> None:
    more = contract(*FIELDS, {"name": "more"})
    first, second = (plan for _, plan in plans((more, more), {"shop.sales": table()}))
    assert len(first.changes) == 1
    assert second.changes == ()


def test_contracts_that_share_a_table_do_not_change_descriptions_back_and_forth() -> None:
    first = contract({**FIELDS[0], "description": "Mine"}, *FIELDS[1:], schema={"title": "One"})
    more = {"name": "more", "description": "New"}
    second = contract({**FIELDS[0], "description": "Yours"}, *FIELDS[1:], more)
    found = table()
    for _ in range(2):
        made = [plan for _, plan in plans((first, second), {"shop.sales": found})]
        for plan in made:
            found = altered(found, plan.changes)
    assert [plan.changes for plan in made] == [(), ()]
    assert [c.description for c in found.columns if c.name in ("sale_id", "more")] == ["Mine", ""]
