"""Random contracts, files for them, and damage."""

from collections.abc import Hashable
from typing import Any

from hypothesis import strategies as st

from csvgate.contracts.model import Contract, SchemaField
from csvgate.unique.keyed_hash import KeyedHash
from unit.validation.files import Field, contract

KINDS: list[tuple[Field, list[str]]] = [
    ({}, ["", "a", "é", "a b", "NA", "日本", "x" * 40, "\u0085", " ", "\\N"]),
    ({"bigquery": "STRING(3)"}, ["", "abc", "abcd", "日本語", "é"]),
    ({"constraints": {"minLength": 2, "maxLength": 4}}, ["", "a", "ab", "日本", "abcde", "éé"]),
    ({"constraints": {"enum": ["A", "B", "é"]}}, ["A", "B", "é", "C", "", "a"]),
    (
        {"constraints": {"pattern": "ORD-[0-9]{4}"}},
        ["ORD-1234", "ORD-12345", "ORD-123", "ord-1234", "ORD-1234\n", "ORD-12٣4", ""],
    ),
    (
        {"constraints": {"pattern": "[ab]+b[ab]*"}},  # takes texts of up to 1,000 characters
        ["ab", "b", "abc", "", "ab" * 500, "ab" * 500 + "a"],
    ),
    ({"constraints": {"pattern": r"\w+\d?$|x.y"}}, ["é1", "a", "x\ny", "x-y", "a\n", "٣", ""]),
    (
        {"format": "email"},
        ["a@b.de", "a@@b.de", "jürgen@bücher.example", "a@b", "a..b@c.de", "a@b.1", "a-@b-c.de",
         "a@-b.de", f"{'a' * 65}@b.de", "", "a@b.de\n", f"a@{'b' * 64}.de"],
    ),
    ({"format": "uuid"}, ["123e4567-e89b-12d3-a456-426614174000", "123e4567", ""]),
    ({"bigquery": "BYTES"}, ["aGk=", "aGk", "", "aGk=\n"]),
    ({"bigquery": "JSON"}, ["{}", "{", "", "1"]),
    (
        {"type": "integer"},
        ["1", "0", "-0", "007", "+5", "-12", "", " 1", "1.0", "x", "9223372036854775807",
         "9223372036854775808", "-9223372036854775808", "123456789012345678", "1_0", "١", "-",
         "--1", "1234567890", "12345678", "99999999", "1-2", "100000000"],
    ),
    (
        {"type": "integer", "constraints": {"minimum": -3, "maximum": 20}},
        ["1", "20", "21", "-3", "-4", "020", "", "99999999999999999999"],
    ),
    (
        {"type": "integer", "constraints": {"exclusiveMinimum": 0, "exclusiveMaximum": 5}},
        ["0", "1", "4", "5", "-0"],
    ),
    ({"type": "integer", "bigquery": "NUMERIC"}, ["1", "-5", "x", ""]),
    ({"type": "integer", "bigquery": "FLOAT64"}, ["1", "-5", "-0", "9007199254740993", ""]),
    ({"type": "integer", "groupChar": ","}, ["1,234", "1234", "12,50", "-1,234,567", ""]),
    (
        {"type": "number"},
        ["1", "1.5", "-0", "-0.0", ".5", "5.", "1e3", "+1.50", "", "x", ".", "-", "1.2.3", "1 ",
         "12345678.123456789", "0.1234567891", "123456789012345678901234567890", "-.5", "NaN",
         "99999999.99", "1234567890123.45", "0000000001.10", "1.1234567890", "1.0000000000",
         "-12.34", "1-2.5", "12-.5", "1.-5"],
    ),
    (
        {"type": "number", "bigquery": "NUMERIC(4, 1)", "constraints": {"minimum": 0}},
        ["1.5", "1.50", "1.25", "999.9", "1000", "-0.1", "-0", "0", "", "00001.5", "999.99"],
    ),
    (
        {"type": "number", "constraints": {"exclusiveMinimum": "0.5", "maximum": "2.25"}},
        ["0.5", "0.50", "0.51", "2.25", "2.26", "2.250000001", "2"],
    ),
    ({"type": "number", "constraints": {"enum": ["1.5", "2"]}}, ["1.5", "1.50", "2.0", "3", ""]),
    ({"type": "number", "bigquery": "BIGNUMERIC"}, ["1.5", "-0", "1e30", "0.1234567890123", ""]),
    (
        {"type": "number", "bigquery": "FLOAT64"},
        ["1.5", "-0.0", "0", "-0", "NaN", "INF", "-INF", "1e400", "0.1", "123456789.123456789",
         "1234567890123456.7", "9007199254740993", "-1.25", ".1", ""],
    ),
    (
        {"type": "number", "decimalChar": ",", "groupChar": "."},
        ["1,5", "1.234,5", "1234,50", "1.5", "12", "-0,25", ""],
    ),
    (
        {"type": "number", "decimalChar": ",", "groupChar": ".", "bigquery": "NUMERIC(9, 2)"},
        ["1.234.567,89", "12.345.678", "1.234.56,7", "123.4567", "-1.000,00", "1-234", "999,999"],
    ),
    ({"type": "integer", "groupChar": "."}, ["1.234.567", "1.23", "1-234", "9.999.999.999.999"]),
    ({"type": "number", "decimalChar": "·"}, ["1·5", "1.5", "7", "x"]),
    ({"type": "number", "bareNumber": False}, ["€5", "5 %", "-5", "(5)", "5.5 EUR", "1.5"]),
    (
        {"type": "integer", "bareNumber": False, "groupChar": ","},
        ["€1,234", "5 %", "5.5 EUR", "12,34 kg", "\u00a05", "5\u00a0€", "€ -7", "kg"],
    ),
    (
        {"type": "number", "affixes": ["$", "USD", "%"], "groupChar": ",",
         "negative": ["leading", "parentheses"]},
        ["$5", "-$5.25", "($1,500.00)", "5 USD", "$-5", "(-5)", "<5%", "v2", "\u22127", "5-", "$"],
    ),
    (
        {"type": "number", "decimalChar": ",", "negative": ["trailing"]},
        ["5,00-", "5", "-5", "5+", "\u22125", "5,5\u2212", "5--"],
    ),
    (
        {"type": "number", "percentAsFraction": True},
        ["5 %", "12.5%", "5", "-3%", "%7", "1e3%", "NaN", "%"],
    ),
    (
        {"type": "number", "percentAsFraction": True, "decimalChar": ",", "groupChar": " ",
         "negative": ["trailing", "parentheses"], "affixes": ["ca.", "~"],
         "constraints": {"minimum": "-0.05", "exclusiveMaximum": "0.125"}},
        ["5%", "12,5 %", "12,4999%", "5%-", "(5%)", "(5)%", "5-%", "~ 5%", "5\u202f% ca.", "5,1%-",
         "-5%", "1 000%", "0%-", "%5", "5%%", "~~5%", "(~5%)", "5e-1%", "(5%-)"],
    ),
    (
        {"type": "number", "percentAsFraction": True, "bigquery": "FLOAT64",
         "constraints": {"maximum": 1}},
        ["5%", "100%", "100.0000000001%", "33.3%", "1e2%", "-0%", "INF%", "NaN %"],
    ),
    (
        {"type": "number", "percentAsFraction": True, "bigquery": "NUMERIC(5, 3)",
         "affixes": ["-x", "x-"]},
        ["5%", "12.5%", "12.55%", "9999.9%", "10000%", "-x5%", "5%x-", "x-5%"],
    ),
    (
        {"type": "integer", "affixes": ["€", "EUR", "é", "#", "--"], "groupChar": "'",
         "negative": ["leading", "trailing"], "wholeDecimals": True,
         "constraints": {"minimum": -20, "exclusiveMaximum": 2000}},
        ["5", "€ 1’999", "€2'000.00", "-5 EUR", "EUR-5", "5-EUR", "5 EUR-", "\u221221", "-€5-",
         "é5é", "é é5", "5.0#", "#-5", "--5", "5--", "€EUR5", "1'99", "1'999’000"],
    ),
    (
        {"type": "number", "affixes": ["$", "CR"], "bigquery": "STRING(7)",
         "negative": ["parentheses"], "missingValues": ["", "$", "()"]},
        ["$5", "($5)", "$(5)", "(5 CR)", "5.50", "$", "()", "-5", "(5)CR", "((5))", "( 5 )"],
    ),
    (
        {"type": "integer", "wholeDecimals": True, "groupChar": " "},
        ["5.0", "5", "5.1", "1\u00a0234.00", "5.", ".0", "9223372036854775808.0"],
    ),
    (
        {"type": "integer", "missingValues": ["", "-", "n/a", "-999", "00"]},
        ["-999", "-998", "-", "n/a", "", "00", "0", "7"],
    ),
    (
        {"trim": True},
        ["a", " a ", "\u00a0a\u3000", "", "  ", "a b", "NA ", "\t-", '" a"', '"a" ', "é\u2003",
         "\u0085"],
    ),
    ({"trim": True, "constraints": {"enum": ["A", "é"]}}, ["A", " A", "é\u00a0", "B ", " "]),
    (
        {"trim": True, "replace": {"n/v": "", "a": "b", "b": "c", "NA": "x", "-": "-1"}},
        ["a", "b ", "n/v", " n/v", "NA", "NA\u202f", "-", "c", "", "\u3000"],
    ),
    (
        {"type": "integer", "trim": True, "replace": {"n/v": "", "none": "0", "5": "6"}},
        ["1", " 2 ", "3\u00a0", "n/v ", " none", "5", "05", "\t", "1 2", "\u22127 ", "NA"],
    ),
    (
        {"type": "boolean", "replace": {"J": "true", "N": "false", "?": ""}},
        ["J", "N", "?", "true", "j", " J", ""],
    ),
    (
        {"type": "number", "bigquery": "STRING(6)", "trim": True, "replace": {"0": "0.00"}},
        ["1", " 1.5 ", "0", " 0", "0.0", "1234567  ", "   12"],
    ),
    (
        {"type": "date", "trim": True, "replace": {"0000-00-00": ""}},
        ["2026-11-21", " 2026-11-21", "0000-00-00", " 0000-00-00 ", "2026-11-31 ", " "],
    ),
    ({"type": "number", "bigquery": "STRING"}, ["1", "1.0", "1.00", "x", ""]),
    ({"type": "boolean"}, ["true", "FALSE", "1", "0", "yes", ""]),
    (
        {"type": "date"},
        ["2026-11-21", "2024-02-29", "2023-02-29", "0000-01-01", "9999-12-31", "2026-13-01",
         "2026-1-1", "21.11.2026", "0001-01-01", "1900-02-29", "2026-04-31", "2026-00-10",
         "2026-10-00", "1969-12-31", ""],
    ),
    ({"type": "date", "format": "any"}, ["2026-11-21", "2026/11/21", "21.11.2026", "1.1.26", ""]),
    ({"type": "date", "format": "%d/%m/%Y"}, ["21/11/2026", "31/02/2026", "1/1/2026", ""]),
    (
        {"type": "date", "format": "%d-%b-%Y"},
        ["21-Nov-2026", "1-feb-2026", "30-Feb-2026", "٣-Nov-2026"],
    ),
    ({"type": "date", "constraints": {"minimum": "2026-01-01"}}, ["2025-12-31", "2026-01-01"]),
    ({"type": "date", "bigquery": "STRING(9)", "format": "%d.%m.%Y"}, ["1.11.2026", "01.11.2026"]),
    ({"type": "time"}, ["14:30:00", "24:00:00", "14:30", "14:30:00.123456", "14:30:00.1234567"]),
    (
        {"type": "time", "format": "%I:%M %p", "constraints": {"maximum": "17:00"}},
        ["02:30 PM", "5:00 pm", "5:01 PM", "12:00 AM", "00:00 AM", "13:00 PM", "14:30"],
    ),
    (
        {"type": "datetime", "format": "%d.%m.%Y %H:%M", "bigquery": "DATETIME"},
        ["21.11.2026 14:30", "1.2.2026 9:05", "31.02.2026 10:00", "21.11.2026 24:00", ""],
    ),
    (
        {"type": "datetime", "format": "%Y-%m-%d %H:%M:%S%z"},
        ["2026-11-21 14:30:00+0200", "2026-11-21 14:30:00Z", "2026-11-21 14:30:00", ""],
    ),
    (
        {"type": "datetime", "constraints": {"maximum": "2026-11-21T14:30:00.5Z"}},
        ["2026-11-21T14:30:00Z", "2026-11-21T14:30:00.6Z", "2026-11-21T15:30:00.5+01:00"],
    ),
    (
        {"type": "datetime"},
        ["2026-11-21T14:30:00Z", "2026-11-21T14:30:00+02:00", "2026-11-21T14:30:00-05:30",
         "2026-11-21T14:30:00.250Z", "2026-11-21T14:30:00", "2026-11-21 14:30:00Z",
         "2026-11-21T14:30:60Z", "2026-02-30T10:00:00Z", "2026-11-21T24:00:00Z",
         "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00", "0001-01-01T00:00:00Z",
         "2026-11-21T14:30:00.1234567Z", "2026-11-21T14:30:00.1234560Z", "",
         "2026-11-21T14:30:00.123456+01:00", "2026-11-21T14:30:00z", "2026-11-21T14:30:00+24:00",
         "2026-11-21T14:30:00+23:59", "2026-11-21T14:30:00.Z", "2026-11-21T14:30:00+02:60",
         "0000-11-21T14:30:00Z", "1969-12-31T23:59:59.999999Z", "2026-11-21T14:30:00.5-00:00",
         "2026-11-21T13:30:00+01:00", "2026-11-21T14:30:00.1", "2026-11-21T14:60:00Z"],
    ),
    (
        {"type": "datetime", "bigquery": "DATETIME"},
        ["2026-11-21T14:30:00", "2026-11-21T14:30:00Z", "2026-11-21T14:30:00.5", "x", ""],
    ),
    ({"type": "datetime", "bigquery": "STRING"}, ["2026-11-21T14:30:00Z", "2026-11-21T14:30:00"]),
    ({"type": "datetime", "format": "any"}, ["21.11.2026 9:05 Z", "2026-11-21T14:30:00Z"]),
    (
        {"type": "datetime", "format": "any", "bigquery": "STRING"},
        ["2026/1/2 9:05", "2026-11-21T14:30:00.25 +0100", "2026-11-21", "21.11.2026 14:30"],
    ),
    (
        {"type": "datetime", "format": "any"},
        ["2026-01-02 10:00:00+00", "2026-01-02 10:00:00.5 -05", "2026-01-02 10:00 UTC",
         "2026-01-02 24:00Z", "2.1.2026 24:00 GMT", "2026-01-02 10:00 CET", "31.12.9999 24:00Z"],
    ),
    (
        {"type": "datetime", "format": "%Y-%m-%d %H:%M %Z"},
        ["2026-03-29 01:59 Europe/Berlin", "2026-03-29 02:30 Europe/Berlin", "2026-01-02 9:00 UTC",
         "2026-10-25 02:30 Europe/Berlin", "2026-01-02 10:00 CET", "2026-01-02 24:00 gmt"],
    ),
    (
        {"type": "datetime", "format": "any", "timezone": "Europe/Berlin"},
        ["2026-03-29 01:59", "2026-03-29 02:30", "2026-10-25 02:30", "2026-10-25 02:30+01",
         "2026-07-01 12:00", "1.1.2026 24:00", "0001-01-01 00:00", "9999-12-31 23:59:59", "x"],
    ),
    (
        {"type": "date", "format": ["%d. %B %Y", "%d.%m.%Y"], "language": "de"},
        ["8. Dezember 2022", "8. MÄRZ 2022", "8. Ma\u0308rz 2022", "08.12.2022", "8. March 2022",
         "31. Februar 2022", "8. D\u00ad 2022", "٨. Mai 2022", ""],
    ),
    (
        {"type": "datetime", "format": "%a %d %b %Y %H:%M", "language": "fr",
         "timezone": "Europe/Paris"},
        ["jeu. 8 déc. 2022 10:00", "JEU 8 DEC 2022 24:00", "dim 29 mars 2026 02:30", "jeu 8 Dec"],
    ),
    (
        {"type": "datetime", "format": "excel", "timezone": "America/New_York"},
        ["46347.604166667", "46347", "46089.1041666667", "60", "2958465.99"],
    ),
    (
        {"type": "date", "format": ["%d.%m.%Y", "%Y-%m-%d", "%b %d, %Y", "%d.%m.%y", "excel"]},
        ["21.11.2026", "1.2.2026", "2026-11-21", "Nov 21, 2026", "feb 9, 2026", "1.2.26", "46347",
         "60", "31.02.2026", "2026-02-30", "Foo 1, 2026", "21.11.2026 ", "20.1.2026", ""],
    ),
    (
        {"type": "datetime", "format": ["default", "%d.%m.%Y %H:%M"], "bigquery": "DATETIME",
         "constraints": {"minimum": "2026-02-01T00:00:00"}},
        ["2026-11-21T14:30:00.25", "1.2.2026 0:00", "31.1.2026 24:00", "31.1.2026 23:59",
         "2026-11-21T14:30:00Z", "2026-11-21 14:30", "1.13.2026 9:05"],
    ),
    (
        {"type": "datetime", "format": ["any", "%d/%b/%Y:%H:%M:%S %z"]},
        ["21.11.2026 9:05 Z", "21/Nov/2026:14:30:00 +0200", "21/Nov/2026:24:00:00 +02",
         "2026-11-21T14:30:00", "21/Xov/2026:14:30:00 +0200"],
    ),
    ({"type": "time", "format": ["%H:%M", "%I:%M %p"]}, ["14:30", "2:30 PM", "24:00", "13:00 pm"]),
    (
        {"type": "datetime", "format": "epoch", "constraints": {"minimum": "2026-11-21T14:30:00Z"}},
        ["1795271400", "1795271399.999999", "1795271400.0000001", "-0.5", "+5", "1e9", "9" * 30,
         "253402300800", "1795271400.", "٣"],
    ),
    (
        {"type": "datetime", "format": "epoch_ms", "bigquery": "STRING(13)"},
        ["1795271400250", "1795271400250.125", "-1", "x", "0" * 40],
    ),
    (
        {"type": "datetime", "format": "excel", "bigquery": "DATETIME"},
        ["46347.604166666664", "1", "59.999999999", "60", "61", "0", "-1", "2958465.999999999"],
    ),
    ({"type": "date", "format": "excel"}, ["46347", "46347.0", "46347.5", "60", "0", "2958466"]),
    ({"type": "year"}, ["2026", "0", "-1", "10000", "x"]),
    ({"type": "year", "bigquery": "STRING", "constraints": {"minimum": 2000}}, ["2026", "1999"]),
    ({"type": "yearmonth"}, ["2026-11", "2026-13", ""]),
    ({"type": "yearmonth", "bigquery": "DATE"}, ["2026-11", "0000-01", "2026-1", ""]),
    ({"type": "duration"}, ["P1D", "PT5M", "x", ""]),
    ({"type": "geopoint"}, ["1,2", "90,45", "x", ""]),
    ({"type": "object"}, ["{}", "[]", '{"a": "b,c"}', ""]),
    ({"type": "array"}, ["[]", "{}", "[1]"]),
    ({"type": "list"}, ["a,b", "a", "", ",", 'a"b', "é, b"]),
    (
        {"type": "list", "itemType": "integer", "delimiter": "|", "trim": True},
        ["1|2", " 1 | 2 ", "1,2", "x", "", "1||2", "18446744073709551616"],
    ),
    ({"type": "any"}, ["1", "x", ""]),
]  # fmt: skip
"""Fields, and cells that are near to what they take."""
OTHER = ["", "x", 'a "b"', "1,2", "\0", "two\nlines", "é\\", "\x1f\x7f", "x" * 300, " ", "\\N"]
"""Cells of columns that are not in the contract."""
DAMAGE = [
    b'"', b'""', b",", b";", b"\n", b"\r\n", b"\r", b"\n\n", b"\0", b"\xff", b"\xc3", b"x", b" ",
    b"\xef\xbb\xbf", b'"\n', b',"', b'\n"', b"\xe2\x82", b"\r\r\n", b'"\r', b"-", b"1", b".",
]  # fmt: skip


@st.composite
def contracts(draw: st.DrawFn) -> tuple[Contract, list[list[str]]]:
    """A contract, and for each field the cells to draw from."""
    chosen = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=4))
    dialect: dict[str, Any] = {"header": draw(st.booleans())}
    fields: list[Field] = []
    for number, (field, cells) in enumerate(chosen):
        rules = dict(field.get("constraints", {}))
        for name in ("required", "unique"):
            if draw(st.integers(0, 3)) == 0:
                rules[name] = True
        more: dict[str, Any] = {"name": f"f{number}", "constraints": rules}
        if draw(st.integers(0, 7)) == 0:
            more["missingValues"] = ["NA", "-", "a", "\\N"]
        if draw(st.integers(0, 5)) == 0:
            more["trim"] = draw(st.booleans())
        if "replace" not in field and draw(st.integers(0, 5)) == 0:
            some = st.sampled_from([*cells, "NA", "-", "\u00a0"])
            more["replace"] = draw(st.dictionaries(some, some, max_size=3))
        if dialect["header"] and draw(st.integers(0, 3)) == 0:
            labels = [f"Field {number}", f"F-{number}"]
            more["label"] = draw(st.sampled_from([labels[0], labels]))
        if dialect["header"] and draw(st.integers(0, 3)) == 0:
            more["optional"] = True
        if draw(st.integers(0, 4)) == 0:
            # Contracts are not checked here: one of these is often not valid.
            more["default"] = draw(st.sampled_from(cells))
        fields.append({**field, **more})
    schema: dict[str, Any] = {"trim": draw(st.integers(0, 5)) == 0}
    if dialect["header"] and draw(st.integers(0, 2)) == 0:
        schema["extraColumns"] = draw(st.sampled_from(["ignore", "rescue"]))
    if draw(st.integers(0, 3)) == 0:
        names = [field["name"] for field in fields]
        count = draw(st.integers(1, len(names)))
        schema["primaryKey"] = draw(st.permutations(names))[:count]
    merge: dict[str, Any] = {}
    if draw(st.integers(0, 3)) == 0:
        names = [field["name"] for field in fields]
        count = draw(st.integers(1, len(names)))
        merge = {"merge": {"key": draw(st.permutations(names))[:count]}}
        if draw(st.integers(0, 4)) == 0:
            merge["merge"]["latest_by"] = names[0]
    if draw(st.integers(0, 2)) == 0:
        names = [field["name"] for field in fields]
        keys = draw(st.lists(st.permutations(names), min_size=1, max_size=2))
        schema["foreignKeys"] = [
            {"fields": some, "reference": {"resource": "others", "fields": some}}
            for some in (key[: draw(st.integers(1, len(names)))] for key in keys)
        ]
    if draw(st.booleans()):
        dialect["delimiter"] = draw(st.sampled_from([";", "\t", "|", ",", "||", "¦"]))
        dialect["quoteChar"] = draw(st.sampled_from(['"', "'", None]))
    if dialect["header"] and draw(st.integers(0, 3)) == 0:
        dialect["headerRows"] = [1, 2]
    more = {
        "trailingDelimiter": True,
        "shortRows": "pad",
        "quotedMissing": False,
        "formulaText": True,
    }
    for name, value in more.items():
        if draw(st.integers(0, 5)) == 0:
            dialect[name] = value
    for name, values in _RARER.items():
        if draw(st.integers(0, 11)) == 0:
            dialect[name] = draw(st.sampled_from(values))
    whole = contract(*fields, schema=schema, dialect=dialect, **merge)
    return whole, [cells for _, cells in chosen]


_RARER: dict[str, list[Any]] = {
    "escapeChar": ["\\"],
    "commentChar": ["#"],
    "skipInitialSpace": [True],
    "doubleQuote": [False],
    "footerLines": [1, 3],
    "footerFrom": ["a", "^1", '"'],
}
_KEYED = KeyedHash(bytes(32))


class Most:
    """The keys of a reference that contains three of four possible keys."""

    def __contains__(self, key: object) -> bool:
        assert isinstance(key, Hashable)
        return _KEYED.value(key)[0] % 4 != 0


@st.composite
def files(draw: st.DrawFn, rules: Contract, cells: list[list[str]]) -> bytes:
    """Rows that are nearly valid, with the columns in any order, without some or with others, and
    damage."""
    dialect = rules.dialect
    order = list(range(len(cells)))
    lines = list[bytes]()
    if dialect.header:
        fields = rules.schema_.fields
        order = [i for i in draw(st.permutations(order)) if not _left_out(draw, fields[i])]
        labels = [draw(st.sampled_from(fields[i].header_labels)) for i in order]
        if rules.schema_.unknown_columns != "refuse":
            for number in range(draw(st.integers(0, 3))):
                at = draw(st.integers(0, len(order)))
                order.insert(at, len(cells))
                labels.insert(at, f"other {number}")
        cells = [*cells, OTHER]
        end = dialect.delimiter if dialect.trailing_delimiter and draw(st.booleans()) else ""
        if len(dialect.header_rows) == 2:
            first = [label.partition(" ")[0] for label in labels]
            lines.append((dialect.delimiter.join(first) + end + "\n").encode())
            labels = [label.partition(" ")[2] for label in labels]
        lines.append((dialect.delimiter.join(labels) + end + "\n").encode())
    newline = draw(st.sampled_from(["\n", "\n", "\r\n", "\r"]))
    # The first cell of each kind is valid, because with near misses only, hardly a row would be.
    texts = [st.one_of(st.just(cells[i][0]), st.sampled_from(cells[i])) for i in order]
    rows = st.tuples(*(st.tuples(text, st.integers(0, 5)) for text in texts))
    least = draw(st.sampled_from([0, 1, 5, 15]))
    for row in draw(st.lists(rows, min_size=least, max_size=30)):
        written = [_written(text, style, dialect.delimiter, dialect.quote_char)
                   for text, style in row]  # fmt: skip
        if dialect.short_rows == "pad" and len(written) > 1 and draw(st.integers(0, 3)) == 0:
            written.pop()
        end = dialect.delimiter if dialect.trailing_delimiter and draw(st.booleans()) else ""
        lines.append((dialect.delimiter.join(written) + end + newline).encode())
    count = len(dialect.header_rows) if dialect.header else 0
    head, body = lines[:count], lines[count:]
    if head and draw(st.integers(0, 3)) == 0:
        # Files are often joined without removing their headers.
        for _ in range(draw(st.integers(1, 3))):
            mark = draw(st.sampled_from([b"", b"", b"\xef\xbb\xbf"]))
            body.insert(draw(st.integers(0, len(body))), mark + draw(st.sampled_from(head)))
    data = bytearray(b"".join(body))
    if draw(st.booleans()):
        for _ in range(draw(st.integers(1, 4))):
            _damage(draw, data)
    return b"".join(head) + bytes(data)


def _left_out(draw: st.DrawFn, field: SchemaField) -> bool:
    return field.optional and draw(st.booleans())


def _written(text: str, style: int, delimiter: str, quote: str | None) -> str:
    """Return a cell as CSV; in one of six cases without the quotes that it needs."""
    if quote is None:
        return f'"{text}"' if style == 0 else text
    needed = any(char in text for char in (delimiter, quote, "\n", "\r"))
    if style == 0 and not needed:
        return quote + text + quote
    if needed and style != 1:
        return quote + text.replace(quote, quote * 2) + quote
    return text


def _damage(draw: st.DrawFn, data: bytearray) -> None:
    at = draw(st.integers(0, len(data)))
    match draw(st.integers(0, 3)):
        case 0:
            data[at:at] = draw(st.sampled_from(DAMAGE))
        case 1:
            del data[at : at + draw(st.integers(1, 3))]
        case 2:
            data[at : at + 1] = draw(st.sampled_from(DAMAGE))
        case _:
            end = at + draw(st.integers(1, 30))
            data[at:at] = data[at:end]
