"""One hundred kinds of files as banks, shops, offices, devices and programs export them: 92 with a
header and 8 without. The values vary with a seed. All of them are invented."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final, Literal

from unit.author.infer.realistic_values import maker


@dataclass(frozen=True, slots=True)
class Kind:
    """`labels` are separated by | and empty for a file without a header, `values` are codes of
    `realistic_values`."""

    name: str
    labels: str
    values: str
    delimiter: str = ","
    before: str = ""
    """Lines before the header."""
    after: str = ""
    """Lines after the rows."""
    encoding: str = "utf-8"
    ending: str = "\n"
    quoting: Literal[0, 1, 2] = csv.QUOTE_MINIMAL
    trailing: bool = False
    """Every line ends with a delimiter."""
    rows: int = 25


ALL: Final = csv.QUOTE_ALL
TEXTS: Final = csv.QUOTE_NONNUMERIC
_BANK: Final = "Kontonummer:;DE02120300000000202051\nVon:;01.01.2024\nBis:;31.12.2024\n\n"
_METEO: Final = "# station 10513\n# latitude 50.86\n# source: example\n"
_W: Final = "windows-1252"
# ruff: noqa: E501
# fmt: off
KINDS: Final = [
    # Shops
    Kind("shop_orders", "order_id|customer|email|total|currency|created_at", "order full mail money cur tsz"),
    Kind("shop_items", "Name|Email|Financial Status|Paid at|Total|Lineitem name|Notes", "order mail status ts money product note", quoting=ALL),
    Kind("shop_bills", "Order ID;Order Date;Billing First Name;Order Total Amount", "seq ts first money", ";"),
    Kind("stock", "SKU|EAN|Bezeichnung|Lagerbestand|EK", "sku ean product int comma", ";", encoding=_W, ending="\r\n"),
    Kind("price_list", "Artikel|Preis|MwSt", "product eur pct", ";"),
    Kind("marketplace", "date/time|settlement id|type|order id|sku|quantity|marketplace|total", "us_ts big status order sku small city usd", before='"Includes Marketplace transactions"\n"All amounts in USD, unless specified"\n"Definitions:"\n', quoting=ALL),
    Kind("auctions", "Sales Record Number|User Id|Buyer Name|Sale Price|Sale Date", "seq ascii_last full usd oracle", after="\n3 record(s) downloaded\nSeller ID: example\n"),
    Kind("crafts", "Sale Date|Item Name|Buyer|Quantity|Price", "us2 product full small money", quoting=ALL),
    Kind("returns", "return|order|reason|refund", "seq order note money", "\t"),
    Kind("coupons", "code|percent|valid_from|valid_until|active", "sku pct1 iso iso bool"),
    Kind("products_fr", "Référence|Libellé|Prix TTC|Stock|Disponible", "sku product comma int bool", ";", encoding=_W),
    Kind("pos", "Bon|Kasse|Datum|Uhrzeit|Summe", "seq small de time comma", ";", after="Summe;;;;12.345,67\n"),
    # Banks
    Kind("giro", "Buchungstag|Wertstellung|Auftraggeber / Beneficiary|Verwendungszweck|Betrag|Währung", "de de full german_use grouped cur", ";", before=_BANK, encoding=_W, ending="\r\n", quoting=ALL),
    Kind("giro_plain", "Auftragskonto|Buchungstag|Valutadatum|Buchungstext|Betrag|Info", "iban de2 de2 german_use comma note", ";", quoting=ALL),
    Kind("giro_balance", "Datum|Text|Soll|Haben", "de german_use some comma", ";", before="Kontoauszug\nInhaber: Dörte Müller\n\n", after="\nEndsaldo;;;1.234,56\n"),
    Kind("us_bank", "Details|Posting Date|Description|Amount|Type|Balance|Check or Slip #", "status us log signed status money empty"),
    Kind("card", "Transaction Date|Post Date|Description|Category|Amount", "us us company region signed"),
    Kind("wallet", "Date|Time|TimeZone|Name|Type|Status|Currency|Gross|Fee|Net", "us time cur full status Status cur usd usd usd", quoting=ALL),
    Kind("uk_bank", "Date|Transaction Type|Sort Code|Account Number|Debit Amount|Credit Amount", "uk letter sku big some money"),
    Kind("dutch", "Datum|Naam / Omschrijving|Rekening|Af Bij|Bedrag (EUR)|Mededelingen", "compact company iban letter comma note", ";", quoting=ALL),
    Kind("french_bank", "Date|Libellé|Débit euros|Crédit euros", "uk company comma some", ";", before="Compte courant;n° 123\nSolde au 31/12/2024;1 234,56\n\n", encoding=_W),
    Kind("swiss", "Datum|Buchungstext|Belastung CHF|Gutschrift CHF|Saldo CHF", "de german_use some money money", ";"),
    Kind("spanish_bank", "Fecha|Concepto|Importe|Saldo", "uk company grouped grouped", ";"),
    Kind("crypto", "timestamp|pair|side|price|amount|fee", "epoch sku letter float sci float"),
    Kind("stocks", "Date|Open|High|Low|Close|Volume", "iso money money money money pop"),
    Kind("fx", "Date|USD|JPY|BGN|CYP|CZK", "iso money money money na money", trailing=True),
    Kind("sepa", "Nr.|Empfänger|IBAN|Betrag|Ausgeführt", "seq company iban comma jn", "\t"),
    # Statistics offices
    Kind("years", "Region|2021|2022|2023|2024", "region int int int int", rows=4),
    Kind("years_wide", "Country Name|Country Code|Indicator|1990|1991|1992|1993", "country cc product float float some float", before='"Data Source","World Indicators"\n\n"Last Updated Date","2024-06-28"\n\n', quoting=ALL, trailing=True),
    Kind("days_wide", "Province/State|Country/Region|Lat|Long|1/22/20|1/23/20|1/24/20", "region country lat lon int int int"),
    Kind("population", "City|Population|Area km²|Density", "city pop money int", quoting=ALL),
    Kind("genesis", "Jahr;Kreis;Bevölkerung;Anteil", "year german_city dot_int pct", ";", before="Tabelle: 12411-0015\nBevölkerung: Kreise\nStatistik\n", after="__________\n© Amt für Beispiele\nStand: 01.01.2024\n", encoding=_W),
    Kind("eurostat", "freq,unit,geo\\TIME_PERIOD|2020|2021 |2022 ", "sku int int int", "\t"),
    Kind("insee", "CODGEO|LIBGEO|P20_POP|SUPERF", "zip city int comma", ";"),
    Kind("census", "id|age|sex|marital-status|hours-per-week", "seq age sex Status small"),
    Kind("russian_stat", "Город|Население|Доля", "russian_city int comma", ";", encoding="windows-1251"),
    Kind("elections", "Wahlkreis Nr.|Wahlkreis|Wahlberechtigte|Gültige|Ungültige", "seq german_city int int int", ";", before="Wahl 2024 – vorläufiges Ergebnis\n"),
    Kind("rain", "YEAR|JAN|FEB|MAR|APR|MAY", "year temp temp temp temp temp"),
    Kind("schools", "School ID|School Name|Grades|Students|% Free lunch", "big company letter int pct1"),
    Kind("numbers_only", "1990|2000|2010|2020", "int int int int"),
    # Sensors and machines
    Kind("sensor", "time|temperature|humidity|battery", "tsz temp pct1 small"),
    Kind("sensor_comments", "datetime,t_air,rh", "ts temp small", before=_METEO),
    Kind("sensor_semicolon", "Zeit;Temperatur °C;Feuchte %", "de_ts temp_comma small", ";", encoding=_W),
    Kind("logger", "Date Time, GMT+01:00|Temp, °C|Lux", "us_ts temp int", before='"Plot Title: cellar"\n', quoting=ALL),
    Kind("gps", "lat|lon|ele|time", "lat lon temp tsz"),
    Kind("fitness", "Activity Type|Date|Favorite|Title|Distance|Calories|Time", "status ts Bool city money int time", quoting=ALL),
    Kind("power", "Datum;Zeit;Bezug kWh;Einspeisung kWh", "de time temp_comma temp_comma", ";"),
    Kind("air", "station_code|component|value|unit|measured_at", "sku letter float unit ts", "|"),
    Kind("weather_spaces", " STATIONS_ID|MESS_DATUM|QN| TT|eor", "big compact small temp letter", ";"),
    Kind("sdr", "frequency|power|0|1|2", "big float float float float"),
    Kind("lab", "Sample|Wavelength|Absorbance", "letter int sci", "\t", before="Instrument: X200\nOperator: hb\nMode: scan\n\n"),
    Kind("can", "timestamp;id;dlc;data", "float hash small hash", ";"),
    # CRMs and people
    Kind("contacts", "First Name|Last Name|E-mail Address|Home Phone|Birthday", "first last mail phone us2"),
    Kind("crm", "Id|Name|Email|Created Date|Is Active|Notes", "uuid full mail tsz Bool note"),
    Kind("crm_leads", "Lead|Company|Status|Owner|Last Activity", "full company Status full long_day", quoting=ALL),
    Kind("members", "Mitgliedsnr|Name|Vorname|PLZ|Ort|Eintritt|aktiv", "big last first zip german_city de janein", ";", encoding=_W, ending="\r\n"),
    Kind("names_only", "name|city", "full city"),
    Kind("names_de", "Nachname;Vorname;Wohnort", "last first german_city", ";"),
    Kind("payroll", "Employee|Department|Salary|Start", "lastfirst region usd us"),
    Kind("survey", "Timestamp|How satisfied are you with the service?|What could be better? Please write as much as you like, we read everything", "us_ts small note"),
    Kind("tickets", "Key|Summary|Priority|Created|Resolved", "order log level ts some_day"),
    Kind("events", "Nr|Titel|Beginn|Ende|Ort", "seq product de_ts de_ts city", ";"),
    Kind("students", "Matrikelnummer;Name;Note;bestanden", "big lastfirst temp_comma jn", ";"),
    Kind("users_russian", "ид|имя|город|сумма", "seq russian russian_city money"),
    Kind("japanese", "番号,都市,人口", "seq japanese int"),
    Kind("shift_jis", "番号,都市,人口", "seq japanese int", encoding="shift_jis", ending="\r\n"),
    Kind("mailing", "email", "mail"),
    Kind("hotel", "guest|arrival|nights|paid", "full uk small yesno"),
    # Programs: pandas, R, databases, Excel
    Kind("pandas_index", "|a|b|c", "seq0 int float species"),
    Kind("pandas_default", "|0|1|2", "seq0 float float float"),
    Kind("pandas_multi", "Unnamed: 0|date|close", "seq0 ts money"),
    Kind("iris", "sepal_length|sepal_width|petal_length|petal_width|species", "temp temp temp temp species"),
    Kind("r_write_csv", "|mpg|cyl|hp|am", "model temp small int bit", quoting=TEXTS),
    Kind("r_na", "x|y|group|value", "seq na letter na", quoting=TEXTS),
    Kind("passengers", "PassengerId|Survived|Pclass|Name|Sex|Age|Cabin", "seq bit small lastfirst sex some empty"),
    Kind("mysql", "id|name|qty|created", "seq last backslash_n ts", "\t"),
    Kind("mysql_null", "id|name|qty", "seq city null", quoting=ALL),
    Kind("postgres", "id|payload|created_at|ok", "uuid json pg letter"),
    Kind("psql", "id|city|amount", "seq city money", after="(25 rows)\n"),
    Kind("oracle", "EMPNO|ENAME|HIREDATE|SAL", "big ascii_last oracle int", quoting=TEXTS),
    Kind("mssql", "Id;Name;ModifiedDate;rowguid", "seq company ts uuid", ";", encoding="utf-16"),
    Kind("excel_sep", "Kunde;Betrag;Datum", "sku grouped de", ";", before="sep=;\n", ending="\r\n"),
    Kind("excel_bom", "Konto;Soll;Haben;Text", "zip comma comma note", ";", encoding="utf-8-sig", ending="\r\n"),
    Kind("excel_tabs", "Month\tRevenue\tShare", "month pop pct", "\t", encoding="utf-16"),
    Kind("excel_trailing", "a|b|c", "int int int", trailing=True),
    Kind("access", "ID;Anrede;Nachname;Umsatz", "seq letter last eur", ";", quoting=TEXTS, encoding=_W),
    Kind("git_log", "commit|author|date|insertions|deletions", "hash full tsz int int"),
    Kind("http_log", "ip|time|method|path|status|bytes|type", "ip ts method path http int mime", " "),
    Kind("movies", "movieId|title|genres|rating", "seq product genre temp"),
    Kind("flags", "feature|linux|windows|macos", "sku yn yn yn"),
    Kind("urls", "url|clicks|impressions|ctr|position", "url int int pct1 temp"),
    Kind("boolean_table", "user|can_read|can_write|can_admin", "ascii_last bool bool bool"),
    # Without a header
    Kind("no_header_sensor", "", "ts temp temp small"),
    Kind("no_header_people", "", "seq full mail iso"),
    Kind("no_header_numbers", "", "float float float float"),
    Kind("no_header_trades", "", "epoch money int bool"),
    Kind("no_header_iris", "", "temp temp temp temp species"),
    Kind("no_header_bank", "", "de company grouped cur", ";"),
    Kind("no_header_log", "", "tsz level ip log", "\t"),
    Kind("no_header_geo", "", "cc zip city lat lon", "\t"),
]
# fmt: on


@dataclass(frozen=True, slots=True)
class Made:
    name: str
    data: bytes
    header: bool
    columns: int


def made(seed: int) -> Iterator[Made]:
    """Yield one file of each kind."""
    for kind in KINDS:
        yield _make(kind, Random(f"{seed} {kind.name}"))  # noqa: S311 - not for secrets


def _make(kind: Kind, random: Random) -> Made:
    makers = [maker(code) for code in kind.values.split()]
    labels = _labels(kind, len(makers))
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=kind.delimiter, quoting=kind.quoting, lineterminator="\n")
    count = max(3, kind.rows + random.randrange(-3, 20))
    rows: list[Sequence[str | float]] = [
        [_cell(make(random, n), kind) for make in makers] for n in range(count)
    ]
    writer.writerows([labels, *rows] if labels else rows)
    body = text.getvalue()
    if kind.trailing:
        body = body.replace("\n", f"{kind.delimiter}\n")
    whole = (kind.before + body + kind.after).replace("\n", kind.ending)
    return Made(kind.name, whole.encode(kind.encoding), bool(labels), len(makers))


def _labels(kind: Kind, count: int) -> list[str]:
    for separator in ("|", kind.delimiter):
        labels = kind.labels.split(separator)
        if len(labels) == count and kind.labels:
            return labels
    assert not kind.labels, kind.name
    return []


def _cell(text: str, kind: Kind) -> str | float:
    """Return numbers as such where only texts are quoted."""
    if kind.quoting == TEXTS and text.replace(".", "").replace("-", "").isdigit():
        return int(text) if text.isdigit() else text if text.count(".") > 1 else float(text)
    return text
