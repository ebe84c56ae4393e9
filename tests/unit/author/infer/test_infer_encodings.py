"""The encoding is guessed by the letters of languages, and a guess is always said."""

from pathlib import Path

import pytest

from csvgate.validation.validate import validate
from csvgate_ops.author.infer import guess as guess_module
from csvgate_ops.author.infer.contract.draft import Column, Draft, Shape
from csvgate_ops.author.infer.contract.verify import relax
from csvgate_ops.author.infer.file.encoding import Guess, guess_encoding
from unit.author.infer.infer_examples import run

TEXTS = {
    "German": "nr,name,ort\n1,Müller,Köln\n2,Jäger,Nürnberg\n3,Weiß,München\n",
    "French": "id,ville,élève\n1,Orléans,Hélène\n2,Besançon,Zoë\n",
    "Spanish": "id,ciudad,país\n1,Málaga,España\n2,Logroño,España\n",
    "names": "id,name\n1,Øystein\n2,João\n3,Müller\n4,Hélène\n",
    "Czech": "nr,jméno,město\n1,Dvořák,České Budějovice\n2,Černý,Plzeň\n3,Kučera,Žďár\n",
    "Polish": "id,imię\n1,Michał\n2,Łukasz\n3,Żaneta\n4,Kraków\n",
    "Russian": "Имя,Город\nАнна,Москва\nПётр,Казань\nольга,тула\n",
    "Greek": "α,όνομα\n1,Αθήνα\n2,Θεσσαλονίκη\n",
    "Turkish": "id,isim\n1,Yılmaz\n2,Şahin\n3,Doğan\n",
    "Latvian": "id,Vārds\n1,Jānis\n2,Kārlis Bērziņš\n",
    "Japanese": "番号,名前\n1,たなか\n2,サトウ\n3,東京\n",
    "Chinese": "编号,城市\n1,北京\n2,上海\n3,广州\n4,重庆\n",
    "Taiwanese": "編號,城市\n1,臺北\n2,高雄\n3,臺南\n",
    "Korean": "번호,도시\n1,서울\n2,부산\n3,대구\n",
    "prices": "id,preis\n1,5 €\n2,7 €\n",
    "degrees": "id,Temperatur °C\n1,20\n2,21\n",
}


@pytest.mark.parametrize(
    ("text", "encoding", "codec"),
    [
        ("German", "windows-1252", "cp1252"),
        ("German", "cp850", "cp850"),
        ("German", "mac-roman", "mac_roman"),
        ("French", "windows-1252", "cp1252"),
        ("French", "cp850", "cp850"),
        ("French", "mac-roman", "mac_roman"),
        ("Spanish", "windows-1252", "cp1252"),
        ("names", "windows-1252", "cp1252"),
        ("Czech", "windows-1250", "cp1250"),
        ("Czech", "iso-8859-2", "iso8859-2"),
        ("Czech", "cp852", "cp852"),
        ("Polish", "windows-1250", "cp1250"),
        ("Polish", "cp852", "cp852"),
        ("Russian", "windows-1251", "cp1251"),
        ("Russian", "koi8-r", "koi8-r"),
        ("Russian", "cp866", "cp866"),
        ("Russian", "iso-8859-5", "iso8859-5"),
        ("Russian", "mac-cyrillic", "mac_cyrillic"),
        ("Greek", "windows-1253", "cp1253"),
        ("Turkish", "windows-1254", "cp1254"),
        ("Latvian", "windows-1257", "cp1257"),
        ("Japanese", "shift_jis", "cp932"),
        ("Japanese", "euc-jp", "euc_jp"),
        ("Chinese", "gb18030", "gb18030"),
        ("Taiwanese", "big5", "big5"),
        ("Korean", "euc-kr", "euc_kr"),
        ("prices", "windows-1252", "cp1252"),
        ("degrees", "windows-1252", "cp1252"),
    ],
)
def test_an_encoding_is_recognised(text: str, encoding: str, codec: str) -> None:
    found = guess_encoding(TEXTS[text].encode(codec))
    assert found.encoding == encoding
    assert encoding in found.remark


def test_another_encoding_of_the_same_script_is_said() -> None:
    found = guess_encoding("id,name\n1,na\u00efve\n".encode("cp1252"))
    assert "windows-1252, which reads 'naïve'; windows-1250 would read 'naďve'" in found.remark
    assert found.note == "guessed; perhaps windows-1250"


BILLS = """Номер;Клиент;Сумма, руб.;Дата;Оплачен
1;Иванов И.И.;1 234,50;03.11.2026;да
2;Петрова А.С.;99,00;04.11.2026;нет
3;Сидоров К.;12 000,00;05.11.2026;да
"""


@pytest.mark.parametrize(
    ("text", "codec", "never"),
    [
        # One degree sign with a bracket is a character in Big5.
        ("Nr\tTemp [°C]\n1\t21,5\n", "cp1252", "big5"),
        # A sigma for the end of words would stand within them.
        (BILLS, "cp1251", "1253"),
    ],
)
def test_a_reading_that_no_language_has_is_not_said(text: str, codec: str, never: str) -> None:
    assert never not in guess_encoding(text.encode(codec)).remark


def test_utf8_is_not_a_guess() -> None:
    assert Guess("utf-8") == guess_encoding(TEXTS["Russian"].encode())


def test_an_encoding_that_csvgate_does_not_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guess_module, "guess_encoding", lambda _: Guess("cp500"))
    file = tmp_path / "x.csv"
    file.write_bytes(b"a,b\n1,2\n")
    done = run(file)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "seems to be in cp500, which csvgate does not read. Save it as UTF-8" in done.stderr


def test_a_column_with_a_mistake_becomes_text() -> None:
    column = Column("n", "n", type="number", bigquery="NUMERIC", decimal_char=",", group_char=",")
    draft = Draft(
        "things", ("things/*.csv",), "utf-8", Shape(), [column], True, 0, None, 0, 1, True
    )
    assert 1 == relax(draft, lambda contract: validate([b"n\n1\n"], contract)).rows
    assert column.type == "string"
    assert column.notes[0].startswith("text, because the contract")
