"""Changes of fields, with what a comparison says about them."""

from unit.author.diff.change import FIELD, Change, sales

FIELD_CHANGES: dict[str, Change] = {
    "an optional field is added": Change(
        {f"{FIELD}.+": {"name": "coupon", "optional": True, "description": "Its code"}},
        "needs DDL",
        (sales('ADD COLUMN IF NOT EXISTS `coupon` STRING OPTIONS (description="Its code")'),),
        (
            "uploads schema.fields.coupon: files with the column coupon are accepted now",
            "consumers schema.fields.coupon: coupon is a new column, NULL in earlier rows",
        ),
    ),
    "a field is added that files must have": Change(
        {f"{FIELD}.+": {"name": "coupon"}},
        "breaking",
        (sales("ADD COLUMN IF NOT EXISTS `coupon` STRING"),),
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
            sales('ALTER COLUMN `region` SET OPTIONS (description="From shops, by town")'),
            sales("ADD COLUMN IF NOT EXISTS `town` STRING(40)"),
        ),
        ("!consumers schema.fields.city: it is called town now: city is NULL in new rows",),
    ),
    "a greater length": Change(
        {f"{FIELD}.city.bigquery": "STRING(60)"},
        "needs DDL",
        (sales("ALTER COLUMN `city` SET DATA TYPE STRING(60)"),),
        ("uploads schema.fields.city.bigquery: longer values are accepted now",),
    ),
    "no length": Change(
        {f"{FIELD}.city.bigquery": None},
        "needs DDL",
        (sales("ALTER COLUMN `city` SET DATA TYPE STRING"),),
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
        (sales("ALTER COLUMN `price` SET DATA TYPE NUMERIC(14, 3)"),),
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
        (sales("ALTER COLUMN `price` SET DATA TYPE FLOAT64"),),
        ("consumers columns.price: price becomes FLOAT64; it was NUMERIC(12, 2)",),
    ),
    "whole numbers become decimal numbers": Change(
        {f"{FIELD}.pieces.type": "number"},
        "needs DDL",
        (sales("ALTER COLUMN `pieces` SET DATA TYPE NUMERIC"),),
        (
            "uploads schema.fields.pieces.type: cells of the type number are accepted now",
            "consumers columns.pieces: pieces becomes NUMERIC; it was INT64",
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
        (sales("ADD PRIMARY KEY (`sale_id`) NOT ENFORCED"),),
        (
            "!uploads schema.primaryKeyIn: uploads with a key that the table has already are",
            "!consumers schema.primaryKey: BigQuery relies on the key (sale_id) from now on",
        ),
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
}
