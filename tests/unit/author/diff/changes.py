"""Changes of a contract, each with its verdict, the statements of the next deploy, and what it does
to uploads and consumers."""

from dataclasses import dataclass, field
from typing import Any

OLD: dict[str, Any] = {
    "dataset": "sales",
    "match": ["sales/*.csv", "till/*.csv"],
    "schema": {
        "fields": [
            {"name": "sale_id", "constraints": {"required": True}},
            {"name": "city", "bigquery": "STRING(40)", "label": ["City", "Town"]},
            {
                "name": "price",
                "type": "number",
                "bigquery": "NUMERIC(12, 2)",
                "constraints": {"minimum": 0, "maximum": 1000},
            },
            {"name": "pieces", "type": "integer"},
            {"name": "kind", "constraints": {"enum": ["cash", "card"]}},
            {"name": "day", "type": "date", "format": "%d.%m.%Y"},
        ],
        "primaryKey": ["sale_id"],
    },
    "destination": {
        "dataset": "shop",
        "table": "sales",
        "partition_by": "day",
        "cluster_by": ["city"],
        "labels": {"team": "shop"},
    },
    "limits": {"rejected_rate": 0.1},
    "enrich": [
        {"lookup": {"reference": "shops", "by": "city", "add": ["region"]}},
        {"derive": {"total": {"sql": "price * pieces", "bigquery": "NUMERIC"}}},
    ],
    "references": {
        "shops": {"object": "shops.csv", "key": "city", "columns": {"region": "STRING(2)"}}
    },
}


@dataclass(frozen=True)
class Change:
    """`edits` are new values by path; a value of None removes the property. `says` are parts of the
    findings, each as `about place: text`; with `!` before it, it is breaking."""

    edits: dict[str, Any]
    verdict: str
    ddl: tuple[str, ...] = ()
    says: tuple[str, ...] = field(default=())


def _sales(rest: str) -> str:
    return f"ALTER TABLE `shop`.`sales` {rest}"


FIELD = "schema.fields"
CHANGES: dict[str, Change] = {
    "an optional field is added": Change(
        {f"{FIELD}.+": {"name": "coupon", "optional": True, "description": "Its code"}},
        "needs DDL",
        (_sales('ADD COLUMN IF NOT EXISTS `coupon` STRING OPTIONS (description="Its code")'),),
        (
            "uploads schema.fields.coupon: files with the column coupon are accepted now",
            "consumers schema.fields.coupon: coupon is a new column, NULL in earlier rows",
        ),
    ),
    "a field is added that files must have": Change(
        {f"{FIELD}.+": {"name": "coupon"}},
        "breaking",
        (_sales("ADD COLUMN IF NOT EXISTS `coupon` STRING"),),
        ("!uploads schema.fields.coupon: files without the column coupon are refused now",),
    ),
    "a field is removed": Change(
        {f"{FIELD}.kind": None},
        "breaking",
        (),
        (
            "!uploads schema.fields.kind: files with the column kind are refused now",
            "!consumers schema.fields.kind: kind is NULL in new rows",
            "table shop.sales: kind is not in the contract: it stays, and is NULL in new rows",
        ),
    ),
    "a field is removed and its column ignored": Change(
        {f"{FIELD}.kind": None, "schema.extraColumns": "ignore"},
        "breaking",
        (),
        ("!consumers schema.fields.kind: kind is NULL in new rows",),
    ),
    "a field gets another name": Change(
        {f"{FIELD}.city.name": "town", "enrich.0.lookup.by": "town", "destination.cluster_by": []},
        "breaking",
        (
            _sales('ALTER COLUMN `region` SET OPTIONS (description="From shops, by town")'),
            _sales("ADD COLUMN IF NOT EXISTS `town` STRING(40)"),
        ),
        ("!consumers schema.fields.city: it is called town now: city is NULL in new rows",),
    ),
    "a greater length": Change(
        {f"{FIELD}.city.bigquery": "STRING(60)"},
        "needs DDL",
        (_sales("ALTER COLUMN `city` SET DATA TYPE STRING(60)"),),
        ("uploads schema.fields.city.bigquery: longer values are accepted now",),
    ),
    "no length": Change(
        {f"{FIELD}.city.bigquery": None},
        "needs DDL",
        (_sales("ALTER COLUMN `city` SET DATA TYPE STRING"),),
    ),
    "a smaller length": Change(
        {f"{FIELD}.city.bigquery": "STRING(20)"},
        "breaking",
        (),
        (
            "!uploads schema.fields.city.bigquery: values that STRING(20) cannot hold are refused "
            "now (STRING(40) before)",
        ),
    ),
    "more digits": Change(
        {f"{FIELD}.price.bigquery": "NUMERIC(14, 3)"},
        "needs DDL",
        (_sales("ALTER COLUMN `price` SET DATA TYPE NUMERIC(14, 3)"),),
    ),
    "more digits after the point, fewer before": Change(
        {f"{FIELD}.price.bigquery": "NUMERIC(12, 3)"},
        "breaking",
        (),
        ("!table shop.sales: price: NUMERIC(12, 2) to NUMERIC(12, 3): NUMERIC(12, 3) does not",),
    ),
    "NUMERIC to FLOAT64": Change(
        {f"{FIELD}.price.bigquery": "FLOAT64"},
        "needs DDL",
        (_sales("ALTER COLUMN `price` SET DATA TYPE FLOAT64"),),
        ("consumers columns.price: price becomes FLOAT64, and is NUMERIC(12, 2) before",),
    ),
    "whole numbers become decimal numbers": Change(
        {f"{FIELD}.pieces.type": "number"},
        "needs DDL",
        (_sales("ALTER COLUMN `pieces` SET DATA TYPE NUMERIC"),),
        (
            "uploads schema.fields.pieces.type: cells of the type number are accepted now",
            "consumers columns.pieces: pieces becomes NUMERIC, and is INT64 before",
        ),
    ),
    "decimal numbers become whole numbers": Change(
        {f"{FIELD}.price.type": "integer", f"{FIELD}.price.bigquery": None},
        "breaking",
        (),
        (
            "!uploads schema.fields.price.type: cells are read as integer now",
            "!table shop.sales: price: NUMERIC(12, 2) to INT64: BigQuery cannot convert",
        ),
    ),
    "a text becomes a number": Change(
        {f"{FIELD}.sale_id.type": "integer"},
        "breaking",
        (),
        ("!table shop.sales: sale_id: STRING to INT64: BigQuery cannot convert the column in",),
    ),
    "a field is not required any more": Change(
        {f"{FIELD}.sale_id.constraints": None, "schema.primaryKey": None},
        "compatible",
        (),
        (
            "uploads schema.fields.sale_id.constraints.required: rows without a value are accepted",
            "consumers schema.fields.sale_id.constraints.required: sale_id may be NULL in new rows",
            "consumers schema.primaryKey: [sale_id] may be repeated or NULL",
        ),
    ),
    "a field is required": Change(
        {f"{FIELD}.city.constraints": {"required": True}},
        "breaking",
        (),
        ("!uploads schema.fields.city.constraints.required: rows without a value are rejected",),
    ),
    "a limit is relaxed": Change(
        {f"{FIELD}.price.constraints": {"minimum": "-5.5", "maximum": 1000}},
        "compatible",
        (),
        ("uploads schema.fields.price.constraints.minimum: more values are accepted",),
    ),
    "a limit is tightened": Change(
        {f"{FIELD}.price.constraints": {"minimum": 0, "maximum": 999.5}},
        "breaking",
        (),
        (
            "!uploads schema.fields.price.constraints.maximum: values beyond the new limit are "
            "refused now (1000 before, 999.5 now)",
        ),
    ),
    "a limit is added": Change(
        {f"{FIELD}.day.constraints": {"minimum": "2020-01-01"}},
        "breaking",
        (),
        ("!uploads schema.fields.day.constraints.minimum: values beyond the limit are refused",),
    ),
    "a value is allowed": Change(
        {f"{FIELD}.kind.constraints": {"enum": ["card", "voucher", "cash"]}},
        "compatible",
        (),
        ("consumers schema.fields.kind.constraints.enum: new values may occur",),
    ),
    "a value is not allowed any more": Change(
        {f"{FIELD}.kind.constraints": {"enum": ["card", "voucher"]}},
        "breaking",
        (),
        ("!uploads schema.fields.kind.constraints.enum: these values are refused now: [cash]",),
    ),
    "a pattern is added": Change(
        {f"{FIELD}.sale_id.constraints": {"required": True, "pattern": "S[0-9]+"}},
        "breaking",
    ),
    "values are unique in each file": Change(
        {f"{FIELD}.city.constraints": {"unique": True}},
        "breaking",
        (),
        ("!uploads schema.fields.city.constraints.unique: repeated values are refused now",),
    ),
    "the primary key is unique in the table": Change(
        {"schema.primaryKeyIn": "table"},
        "breaking",
        (_sales("ADD PRIMARY KEY (`sale_id`) NOT ENFORCED"),),
        ("!uploads schema.primaryKeyIn: uploads with a key that the table has already are",),
    ),
    "another label is accepted": Change(
        {f"{FIELD}.city.label": ["City", "Town", "Ort"]},
        "compatible",
        (),
        ("uploads schema.fields.city.label: files with another label are accepted now",),
    ),
    "a label is not accepted any more": Change(
        {f"{FIELD}.city.label": "Town"},
        "breaking",
        (),
        ("!uploads schema.fields.city.label: files with the label [City] are refused now",),
    ),
    "a column may be absent": Change(
        {f"{FIELD}.kind.optional": True},
        "compatible",
        (),
        ("uploads schema.fields.kind.optional: files without the column are accepted now",),
    ),
    "a further format": Change(
        {f"{FIELD}.day.format": ["%d.%m.%Y", "default"]},
        "compatible",
        (),
        ("uploads schema.fields.day.format: cells in further formats are accepted now",),
    ),
    "days and months change places": Change(
        {f"{FIELD}.day.format": "%m.%d.%Y"},
        "breaking",
        (),
        ("!consumers schema.fields.day.format: cells are read otherwise",),
    ),
    "another decimal point": Change(
        {f"{FIELD}.price.decimalChar": ","},
        "breaking",
        (),
        ("!consumers schema.fields.price.decimalChar: the same file may be read otherwise",),
    ),
    "a default": Change({f"{FIELD}.kind.default": "cash"}, "breaking"),
    "further missing values": Change({"schema.missingValues": ["", "-"]}, "breaking"),
    "further columns are ignored": Change(
        {"schema.extraColumns": "ignore"},
        "compatible",
        (),
        ("uploads schema.extraColumns: files with further columns are accepted now",),
    ),
    "further columns are rescued": Change(
        {"schema.extraColumns": "rescue"},
        "needs DDL",
        (
            _sales(
                "ADD COLUMN IF NOT EXISTS `rescued` JSON OPTIONS "
                '(description="The cells of the file\'s other columns, by label")'
            ),
        ),
    ),
    "the order of columns counts": Change({"schema.fieldsMatch": "exact"}, "breaking"),
    "another delimiter": Change({"dialect": {"delimiter": ";"}}, "breaking"),
    "short rows are padded": Change({"dialect": {"shortRows": "pad"}}, "compatible"),
    "another encoding": Change({"encoding": "windows-1252"}, "breaking"),
    "a second encoding": Change({"encoding": ["utf-8", "windows-1252"]}, "compatible"),
    "fewer object names": Change(
        {"match": ["sales/*.csv"]},
        "breaking",
        (),
        ("!uploads match: objects that only these patterns match are ignored now: [till/*.csv]",),
    ),
    "more object names": Change({"match": [*OLD["match"], "web/*.csv"]}, "compatible"),
    "more rejected rows": Change({"limits": {"rejected_rate": 0.2}}, "compatible"),
    "fewer rejected rows": Change(
        {"limits": {"rejected_rate": 0.1, "rejected_rows": 9}}, "breaking"
    ),
    "other recipients": Change({"notify": {"failed": ["till@example.com"]}}, "compatible"),
    "sensitive values": Change({f"{FIELD}.city.sensitive": True}, "compatible"),
    "a second upload is refused": Change({"on_overwrite": "refuse"}, "breaking"),
    "identical files are refused": Change({"identical": "refuse"}, "breaking"),
    "identical files are loaded": Change({"identical": "load"}, "compatible"),
    "a second upload replaces the first": Change({"on_overwrite": "replace"}, "breaking"),
    "uploads replace days": Change(
        {"replace_by": ["day"]},
        "breaking",
        (),
        ("!consumers replace_by: uploads have another effect on the rows that the table has",),
    ),
    "a description of a field": Change(
        {f"{FIELD}.price.description": "With tax, in € (${HOME})"},
        "needs DDL",
        (
            _sales(
                'ALTER COLUMN `price` SET OPTIONS (description="With tax, in € (\\u0024{HOME})")'
            ),
        ),
    ),
    "a description of the table, and a label": Change(
        {"schema.title": "Sales", "destination.labels": {"team": "shop", "cost": "7"}},
        "needs DDL",
        (_sales('SET OPTIONS (description="Sales", labels=[("cost", "7"), ("team", "shop")])'),),
    ),
    "a label is dropped": Change(
        {"destination.labels": {}},
        "compatible",
        (),
        ("table destination.labels.team: the table keeps it",),
    ),
    "partitions expire": Change(
        {"destination.partition_expiry_days": 400},
        "breaking",
        (_sales("SET OPTIONS (partition_expiration_days=400)"),),
        (
            "!consumers destination.partition_expiry_days: rows in partitions older than 400 days "
            "are deleted (none before)",
        ),
    ),
    "queries need a filter": Change(
        {"destination.require_partition_filter": True},
        "breaking",
        (_sales("SET OPTIONS (require_partition_filter=TRUE)"),),
        ("!consumers destination.require_partition_filter: queries without a filter",),
    ),
    "queries need no filter": Change({"destination.require_partition_filter": False}, "compatible"),
    "other clustering": Change(
        {"destination.cluster_by": ["kind", "city"]},
        "needs DDL",
        ("bq update --clustering_fields=kind,city shop.sales",),
    ),
    "months instead of days": Change(
        {"destination.partition_by": {"column": "day", "unit": "month"}},
        "breaking",
        (),
        ("!table shop.sales: the table is partitioned by day, in units of one day",),
    ),
    "another table": Change(
        {"destination.table": "sales_2"},
        "breaking",
        (),
        ("!consumers destination: new rows go to shop.sales_2, and earlier ones stay in",),
    ),
    "a derived column": Change(
        {"enrich.+": {"derive": {"net": {"sql": "total / 1.19", "bigquery": "NUMERIC"}}}},
        "needs DDL",
        (_sales('ADD COLUMN IF NOT EXISTS `net` NUMERIC OPTIONS (description="total / 1.19")'),),
    ),
    "another expression": Change(
        {"enrich.1.derive.total.sql": "price * pieces * 1.19"},
        "breaking",
        (_sales('ALTER COLUMN `total` SET OPTIONS (description="price * pieces * 1.19")'),),
        ("!consumers enrich.derive.total.sql: total is computed otherwise in new rows",),
    ),
    "a column of a lookup with its type": Change(
        {
            "enrich.0.lookup.add": ["region", "country"],
            "references.shops.columns": {"region": "STRING(2)", "country": "STRING"},
        },
        "needs DDL",
        (
            _sales(
                "ADD COLUMN IF NOT EXISTS `country` STRING "
                'OPTIONS (description="From shops, by city")'
            ),
        ),
    ),
    "a column of a lookup without a type": Change(
        {"enrich.0.lookup.add": ["region", "country"]},
        "breaking",
        (),
        ("!table shop.sales: country is not in the table, and its type follows from",),
    ),
    "another reference file": Change({"references.shops.object": "shops_2.csv"}, "breaking"),
    "a lookup is removed": Change(
        {"enrich": OLD["enrich"][1:], "references": {}},
        "breaking",
        (),
        ("!consumers enrich.lookup.region: region is NULL in new rows",),
    ),
    "nothing but the order of fields": Change(
        {FIELD: [*OLD["schema"]["fields"][1:], OLD["schema"]["fields"][0]]}, "compatible"
    ),
}
