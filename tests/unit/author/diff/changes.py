"""Changes of a contract, each with its verdict, the statements of the next deploy, and what it does
to uploads and consumers."""

from unit.author.diff.change import FIELD, OLD, Change, sales
from unit.author.diff.field_changes import FIELD_CHANGES

CHANGES: dict[str, Change] = {
    **FIELD_CHANGES,
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
            sales(
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
        (sales('ALTER COLUMN `price` SET OPTIONS (description="With tax, in € (\\u0024{HOME})")'),),
    ),
    "a description of the table, and a label": Change(
        {"schema.title": "Sales", "destination.labels": {"team": "shop", "cost": "7"}},
        "needs DDL",
        (sales('SET OPTIONS (description="Sales", labels=[("cost", "7"), ("team", "shop")])'),),
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
        (sales("SET OPTIONS (partition_expiration_days=400)"),),
        (
            "!consumers destination.partition_expiry_days: rows in partitions older than 400 days "
            "are deleted (none before)",
        ),
    ),
    "queries need a filter": Change(
        {"destination.require_partition_filter": True},
        "breaking",
        (sales("SET OPTIONS (require_partition_filter=TRUE)"),),
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
        ("!table shop.sales: the table is partitioned by `day`, in units of one day",),
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
        (sales('ADD COLUMN IF NOT EXISTS `net` NUMERIC OPTIONS (description="total / 1.19")'),),
    ),
    "another expression": Change(
        {"enrich.1.derive.total.sql": "price * pieces * 1.19"},
        "breaking",
        (sales('ALTER COLUMN `total` SET OPTIONS (description="price * pieces * 1.19")'),),
        ("!consumers enrich.derive.total.sql: total is computed otherwise in new rows",),
    ),
    "a column of a lookup with its type": Change(
        {
            "enrich.0.lookup.add": ["region", "country"],
            "references.shops.columns": {"region": "STRING(2)", "country": "STRING"},
        },
        "needs DDL",
        (
            sales(
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
    "a check": Change(
        {"checks": [{"sql": "price < 900", "message": "too dear"}]},
        "breaking",
        (),
        ("!uploads checks: rows are rejected now for which this is false: price < 900",),
    ),
    "a check that warns": Change(
        {"checks": [{"sql": "price < 900", "message": "dear", "severity": "warn"}]},
        "compatible",
        (),
        ("uploads checks: a warning counts the rows now",),
    ),
    "totals": Change(
        {"totals": {"pattern": "rows=(?P<rows>[0-9]+)", "sidecar": "{stem}.ctl"}},
        "breaking",
        (),
        ("!uploads totals: files are refused now that differ from the totals in {stem}.ctl",),
    ),
    "another member of archives": Change(
        {"member": "*.csv"},
        "breaking",
        (),
        ("!consumers member: another member of an archive may be read",),
    ),
    "uploads replace the whole table": Change(
        {"replace": "table"},
        "breaking",
        (),
        ("!consumers replace: uploads have another effect on the rows",),
    ),
    "uploads merge by a key": Change(
        {"merge": {"key": ["sale_id"]}, "schema.primaryKey": None},
        "breaking",
        (sales("ADD PRIMARY KEY (`sale_id`) NOT ENFORCED"),),
        (
            "!consumers merge: uploads have another effect on the rows",
            "!consumers schema.primaryKey: BigQuery relies on the key (sale_id) from now on",
        ),
    ),
    "nothing but the order of fields": Change(
        {FIELD: [*OLD["schema"]["fields"][1:], OLD["schema"]["fields"][0]]}, "compatible"
    ),
}
