"""Rules about everything but the fields: each with a case that breaks it."""

from collections.abc import Callable
from typing import Any

import pytest

Found = list[tuple[str, str]]

TABLE = {"dataset": "d", "table": "t"}
SCHEMA = {
    "fields": [
        {"name": "id"},
        {"name": "price", "type": "number", "bigquery": "FLOAT64"},
        {"name": "day", "type": "date"},
    ]
}
RATES = {"rates": {"object": "rates.csv", "key": "code"}}
LOOKUP = {"lookup": {"reference": "rates", "by": "id", "add": ["rate"]}}
KNOWN = "known: id, price, day, rate, _upload_id, _line, _ingested_at"


def lookup(**properties: Any) -> list[dict[str, Any]]:
    return [{"lookup": {**LOOKUP["lookup"], **properties}}]


def derive(name: str, sql: str = "1", bigquery: str = "INT64") -> dict[str, Any]:
    return {"derive": {name: {"sql": sql, "bigquery": bigquery}}}


@pytest.mark.parametrize(
    ("properties", "path", "message"),
    [
        ({"dataset": "other"}, "dataset", "'other' is not the file's name; rename the file or write sales"),
        ({"match": []}, "match", "is empty; it needs at least one entry"),
        ({"match": "*.csv"}, "match", "should be a list, but is one text; write [*.csv]"),
        ({"match": [""]}, "match[0]", "is empty"),
        ({"match": ["gs://b/*.csv"]}, "match[0]", "'gs://b/*.csv' has the bucket; write the object's name alone"),
        ({"match": ["/a.csv"]}, "match[0]", "'/a.csv' starts with /, which object names do not; drop it"),
        ({"match": ["a/"]}, "match[0]", "'a/' ends with /, and only folders do; add *.csv"),
        ({"match": ["a***"]}, "match[0]", "'a***' has ***; write * within a folder or ** across folders"),
        ({"match": ["a.{csv,txt}"]}, "match[0]", "'a.{csv,txt}' has {, which is not special here; write several patterns"),
        ({"match": ["a[0-9]"]}, "match[0]", "'a[0-9]' has [, which is not special here; write several patterns"),
        ({"match": ["a", "a"]}, "match[1]", "'a' is there twice; keep one"),
        ({"encoding": "utf-16"}, "encoding", "'utf-16' is not supported yet; use utf-8, iso-8859-1 or windows-1252"),
        ({"encoding": "UTF-16LE"}, "encoding", "'UTF-16LE' is not supported yet; use utf-8, iso-8859-1 or windows-1252"),
        ({"encoding": "utf8-sig"}, "encoding", None),
        ({"encoding": "utf-8-sig"}, "encoding", "write utf-8; a byte order mark is skipped in any case"),
        ({"encoding": "klingon"}, "encoding", "'klingon' is not an encoding this supports; use utf-8, iso-8859-1 or windows-1252"),
        ({"encoding": "cp037"}, "encoding", "'cp037' is not an encoding this supports; use utf-8, iso-8859-1 or windows-1252"),
        ({"dialect": {"delimiter": "||"}}, "dialect.delimiter", "'||' should be one ASCII character, no letter or digit"),
        ({"dialect": {"delimiter": "\\t"}}, "dialect.delimiter", 'is a backslash and a t; write "\\t" in double quotes'),
        ({"dialect": {"delimiter": "§"}}, "dialect.delimiter", "'§' should be one ASCII character, no letter or digit"),
        ({"dialect": {"quoteChar": ""}}, "dialect.quoteChar", "'' should be one ASCII character, no letter or digit"),
        ({"dialect": {"escapeChar": "\n"}}, "dialect.escapeChar", "'\\n' should be one ASCII character, no letter or digit"),
        ({"dialect": {"quoteChar": ","}}, "dialect.quoteChar", "',' is also delimiter; they must differ"),
        ({"dialect": {"escapeChar": '"'}}, "dialect.escapeChar", "'\"' is also quoteChar; they must differ"),
        ({"dialect": {"doublequote": True}}, "dialect.doublequote", "unknown property `doublequote`; did you mean `doubleQuote`?"),
        ({"dialect": None}, "dialect", "should be a mapping, but is empty"),
        ({"destination": {**TABLE, "dataset": "p.d"}}, "destination.dataset", "'p.d' should be letters, digits and _, without the project"),
        ({"destination": {**TABLE, "table": "d.t"}}, "destination.table", "'d.t' should be letters, digits, _ and -, without the dataset"),
        ({"destination": {"dataset": "d"}}, "destination.table", "is missing; it is required"),
        ({"destination": {**TABLE, "partition_by": "dya"}}, "destination.partition_by", "'dya' is no column of the table; did you mean `day`?"),
        ({"destination": {**TABLE, "partition_by": "id"}}, "destination.partition_by", "'id' is STRING; it should be DATE, DATETIME, TIMESTAMP"),
        ({"destination": {**TABLE, "cluster_by": ["zzz"]}}, "destination.cluster_by[0]", f"'zzz' is no column of the table; {KNOWN}"),
        ({"destination": {**TABLE, "cluster_by": ["price"]}}, "destination.cluster_by[0]", "'price' is FLOAT64; it should be STRING, INT64, NUMERIC, BIGNUMERIC, BOOL, DATE, DATETIME, TIMESTAMP, GEOGRAPHY"),
        ({"destination": {**TABLE, "cluster_by": ["id", "id"]}}, "destination.cluster_by[1]", "'id' is there twice; keep one"),
        ({"destination": {**TABLE, "cluster_by": ["id", "day", "rate", "_line", "_upload_id"]}}, "destination.cluster_by", "has more than the 4 columns BigQuery allows"),
        ({"on_overwrite": "replace"}, "on_overwrite", "`replace` is not supported yet; use `append` or `refuse`"),
        ({"on_overwrite": "ignore"}, "on_overwrite", "'ignore' is neither `append` nor `refuse`"),
        ({"limits": {"max_bytes": "5 potatoes"}}, "limits.max_bytes", "'5 potatoes' is not a size; write for example 5GiB, 100 MB or 1048576"),
        ({"limits": {"max_bytes": "0.3B"}}, "limits.max_bytes", "'0.3B' is not a whole number of bytes"),
        ({"limits": {"max_bytes": 0}}, "limits.max_bytes", "should be greater than 0"),
        ({"limits": {"max_bytes": True}}, "limits.max_bytes", "should be a whole number, but is true"),
        ({"limits": {"rejected_rate": 2}}, "limits.rejected_rate", "should be less than or equal to 1"),
        ({"limits": {"rejected_rows": -1}}, "limits.rejected_rows", "should be greater than or equal to 0"),
        ({"enrich": [{}]}, "enrich[0]", "should have either `lookup` or `derive`; make two steps of both"),
        ({"enrich": [LOOKUP | derive("x")]}, "enrich[0]", "should have either `lookup` or `derive`; make two steps of both"),
        ({"enrich": lookup(reference="rate")}, "enrich[0].lookup.reference", "'rate' is not in `references`; did you mean `rates`?"),
        ({"enrich": lookup(by="di")}, "enrich[0].lookup.by", "'di' is no column at this step; did you mean `id`?"),
        ({"enrich": lookup(by="price")}, "enrich[0].lookup.by", "'price' is FLOAT64, which has no keys; use STRING, INT64, NUMERIC, BIGNUMERIC, BOOL, DATE"),
        ({"enrich": lookup(add=[])}, "enrich[0].lookup.add", "is empty; it needs at least one entry"),
        ({"enrich": lookup(add=["ID"])}, "enrich[0].lookup.add[0]", "'ID' is a column already; choose another name"),
        ({"enrich": lookup(add=["rate", "rate"])}, "enrich[0].lookup.add[1]", "'rate' is a column already; choose another name"),
        ({"enrich": lookup(add=["code"])}, "enrich[0].lookup.add[0]", "'code' is the key, the same as id; drop it"),
        ({"enrich": lookup(add=["_line"])}, "enrich[0].lookup.add[0]", "'_line' is csvgate's own; choose another name"),
        ({"enrich": [LOOKUP, LOOKUP]}, "enrich[1].lookup.add[0]", "'rate' is a column already; choose another name"),
        ({"enrich": [{"lookup": {"reference": "rates", "by": "late", "add": ["rate"]}}, derive("late")]}, "enrich[0].lookup.by", None),
        ({"enrich": [{"derive": {}}]}, "enrich[0].derive", "is empty; name a column or drop the step"),
        ({"enrich": [derive("1x")]}, "enrich[0].derive.1x", None),
        ({"enrich": [derive("day")]}, "enrich[0].derive.day", "'day' is a column already; choose another name"),
        ({"enrich": [derive("x", sql=" ")]}, "enrich[0].derive.x.sql", "is empty; write an expression"),
        ({"enrich": [derive("x", bigquery="INT65")]}, "enrich[0].derive.x.bigquery", None),
        ({"enrich": [{"derive": {"x": {"sql": "1"}}}]}, "enrich[0].derive.x.bigquery", "is missing; it is required"),
        ({"enrich": [{"derrive": {}}]}, "enrich[0].derrive", "unknown property `derrive`; did you mean `derive`?"),
        ({"references": {"a-b": {"object": "x", "key": "k"}, **RATES}}, "references.a-b", "'a-b' should be letters, digits and _, not a digit first"),
        ({"references": {"rates": {"object": "gs://b/x", "key": "code"}}}, "references.rates.object", "should be an object's name in the reference bucket, such as rates.csv"),
        ({"references": {"rates": {"object": "x", "key": "code", "columns": {"rates": "INT64"}}}, "enrich": [LOOKUP]}, "references.rates.columns.rates", "no lookup adds 'rates'; did you mean `rate`?"),
        ({"references": {"rates": {"object": "x", "key": "code", "columns": {"rate": "NUMBER"}}}, "enrich": [LOOKUP]}, "references.rates.columns.rate", None),
        ({"references": {"rates": {"object": "x", "kye": "code", "key": "code"}}}, "references.rates.kye", "unknown property `kye`; did you mean `key`?"),
        ({"notify": {"completed": ["anna"]}}, "notify.completed[0]", "'anna' is not an email address"),
        ({"notify": {"rejected": ["Anna <a@example.com>"]}}, "notify.rejected[0]", "'Anna <a@example.com>' is not an email address"),
        ({"notify": {"failed": ["a@example.com", "A@Example.com"]}}, "notify.failed[1]", "'A@Example.com' is there twice; keep one"),
        ({"notify": {"failed": [f"a{n}@example.com" for n in range(1001)]}}, "notify.failed", "has 1001 addresses; one email goes to 1000 at most, use a mailing list"),
        ({"nitify": {}}, "nitify", "unknown property `nitify`; did you mean `notify`?"),
        ({"schema_": {}}, "schema_", "unknown property `schema_`; did you mean `schema`?"),
        ({"zzz": 1}, "zzz", "unknown property `zzz`; known: dataset, match, encoding, dialect, schema, destination, on_overwrite, limits, enrich, references, notify"),
    ],
)  # fmt: skip
def test_broken_rules(
    found: Callable[..., Found], properties: dict[str, Any], path: str, message: str | None
) -> None:
    whole = {"schema": SCHEMA, "enrich": [LOOKUP], "references": RATES, **properties}
    actual = [(where, words) for where, words in found(**whole) if where.startswith(path)]
    assert [where for where, _ in actual] == [path]
    if message is not None:
        assert actual[0][1] == message


@pytest.mark.parametrize(
    "properties",
    [
        {"match": ["a/**/b?.csv", "c.csv"], "encoding": "Latin-1"},
        {"encoding": "windows-1252", "dialect": {"delimiter": "\t", "escapeChar": "\\"}},
        {"destination": {**TABLE, "partition_by": "day", "cluster_by": ["rate", "id", "_line"]}},
        {"destination": {**TABLE, "partition_by": "_ingested_at"}},
        {"destination": {**TABLE, "table": "my-table"}, "on_overwrite": "refuse"},
        {"enrich": [LOOKUP, derive("x"), derive("y", "x + rate", "NUMERIC(10,2)")]},
        {"notify": {"completed": ["a@b.example", "jürgen@bücher.example"]}},
        {"limits": {"max_bytes": "1.5 KiB", "rejected_rate": 0, "rejected_rows": 0}},
    ],
)
def test_kept_rules(found: Callable[..., Found], properties: dict[str, Any]) -> None:
    assert found(**{"schema": SCHEMA, "enrich": [LOOKUP], "references": RATES, **properties}) == []
