"""Words in the headers and footers of many files, folded as labels are."""

from typing import Final

_LABELS: Final = """
id key code name names first last title date day month year time timestamp created updated status
state type kind category group class amount price total sum cost count quantity qty number no nr
email mail phone address street city town country region zip postcode currency value unit note
notes comment description text url user customer order product item account company gender sex age
lat lon latitude longitude level score rate percent active version lang
nom prénom prenom ville pays prix montant quantité libellé référence
nachname vorname ort plz straße strasse land datum zeit uhrzeit betrag preis menge anzahl summe
kunde kundennummer artikel bezeichnung konto saldo währung jahr monat tag titel beschreibung wohnort
nombre apellido ciudad país fecha importe precio cantidad código
nome cognome città data prezzo importo cidade valor
imię nazwisko miasto kwota cena naam plaats bedrag
имя фамилия город дата сумма цена количество номер название ид
番号 名前 氏名 都市 日付 金額 人口 编号 姓名 城市 日期 金额
"""
_TOTALS: Final = """
total totals sum subtotal balance summe gesamt gesamtsumme insgesamt endsaldo saldo somme totale
suma razem celkem toplam összesen yhteensä итого всего 合計 合计
"""
LABEL_WORDS: Final = frozenset(_LABELS.split())
TOTAL_WORDS: Final = frozenset(_TOTALS.split())
"""First or second words of a row of totals."""
