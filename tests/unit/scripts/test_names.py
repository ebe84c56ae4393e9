"""The module of names of months is what CLDR has, and no name of a month has two meanings."""

from pathlib import Path
from typing import Any

import pytest

from unit.scripts.script import load

names = load("generate_names")


def test_the_module_is_current(capsys: pytest.CaptureFixture[str]) -> None:
    assert (0, "") == (names.main(["--check"]), capsys.readouterr().err)


def test_a_module_out_of_date_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(names, "MODULE", tmp_path / "cldr_names.py")
    assert 1 == names.main(["--check"])
    assert "out of date; run generate_names.py" in capsys.readouterr().err
    assert 0 == names.main([])
    assert 0 == names.main(["--check"])


@pytest.mark.parametrize(
    ("wide", "short", "expected"),
    [
        # Three letters that begin one name only are an abbreviation of it.
        ([["septiembre"], ["octubre"]], [["sept"], ["oct"]], [["sept", "sep"], ["oct"]]),
        ([["juin"], ["juillet"]], [["juin"], ["juil"]], [["juin"], ["juil"]]),
        # They are not if they already stand for another name.
        ([["lipca"], ["liston"]], [["l"], ["lip"]], [["l"], ["lip", "lis"]]),
        ([["d’octubre", "octubre"]], [["d’oct"]], [["d’oct", "oct"]]),
        ([["März"]], [["mar"]], [["mar"]]),
    ],
)
def test_three_letters_are_an_abbreviation(wide: Any, short: Any, expected: Any) -> None:
    assert expected == names.with_short(wide, short)


def test_a_name_with_two_meanings_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "OTHERS", {"de": {3: "Dez"}})
    with pytest.raises(ValueError, match="de: a name has two meanings"):
        [*names.tables("de")]
