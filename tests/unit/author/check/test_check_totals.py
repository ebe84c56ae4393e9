"""`csvgate check` compares totals as the cloud does; it looks for a sidecar beside the file."""

from pathlib import Path
from typing import Any

import pytest

from unit.author.check.check_examples import answer, check, write_contract

PATTERN = r"^Total: (?P<rows>\d+) rows; (?P<amount>[0-9.]+)"
SCHEMA = {"fields": [{"name": "article"}, {"name": "amount", "type": "number"}]}
FOOTER: dict[str, Any] = {"dialect": {"footerFrom": "^Total"}, "totals": {"pattern": PATTERN}}
ROWS = "article,amount\nlamp,12.50\nchair,40.00\n"
RIGHT, WRONG = "Total: 2 rows; 52.5\n", "Total: 3 rows; 60.50\n"


def contract(folder: Path, **properties: Any) -> Path:
    return write_contract(folder, "articles", schema=SCHEMA, **properties)


def written(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_footer(tmp_path: Path) -> None:
    rules = contract(tmp_path, **FOOTER)
    done = check(written(tmp_path / "may.csv", ROWS + RIGHT), "--contract", rules)
    assert (0, "") == (done.exit_code, done.stderr)
    done = check(written(tmp_path / "may.csv", ROWS + WRONG), "--contract", rules)
    assert (1, "") == (done.exit_code, done.stderr)
    assert done.stdout == (
        "The file cannot be loaded: file.total_differs\n"
        "the number of rows is 2, but the footer states 3; the sum of amount is 52.5, but the "
        "footer states 60.5. Compare the file with its source, and upload it again once it is "
        "complete\n"
        "Before that, 2 rows read: 2 valid, 0 rejected\n"
    )


def test_the_rejected_rows_of_a_file_that_differs_are_shown(tmp_path: Path) -> None:
    rules = contract(tmp_path, **FOOTER)
    file = written(tmp_path / "may.csv", ROWS.replace("40.00", "4O.00") + RIGHT)
    rejects = tmp_path / "rejects.csv"
    found = answer(file, "--contract", rules, "--rejects", rejects)
    assert "file.total_differs" == found["file_fault"]["code"]
    assert (
        "without 1 cell that could not be read, in line 3, but the footer states"
        in (found["file_fault"]["message"])
    )
    assert [3] == [fault["line"] for fault in found["faults"]]
    assert not rejects.exists()


@pytest.mark.parametrize("over", [False, True])
def test_a_file_over_its_limits_is_not_compared(tmp_path: Path, over: bool) -> None:
    rules = contract(tmp_path, limits={"rejected_rows": 1500 if over else 3000}, **FOOTER)
    file = written(tmp_path / "may.csv", ROWS + "x,x\n" * 2000 + RIGHT)
    found = answer(file, "--contract", rules)
    assert over == ("stopped" in found)
    assert over == (found["file_fault"] is None)


def test_a_correction_is_not_compared(tmp_path: Path) -> None:
    rules = contract(tmp_path, **FOOTER)
    name = "may.0123456789abcdef0123-0123456789abcdef.rejects.csv"
    text = "_csvgate_line,_csvgate_errors,article,amount\n3,amount: x,chair,40.00\n"
    done = check(written(tmp_path / name, text), "--contract", rules)
    assert 0 == done.exit_code, done.output


@pytest.mark.parametrize(
    ("sidecar", "place"),
    [
        ("{stem}.ctl", "articles/may.ctl"),
        ("{name}.ctl", "articles/may.csv.ctl"),
        ("control/{stem}.txt", "control/articles/may.txt"),
        ("control/{stem}.txt", "articles/control/may.txt"),
        ("control/{stem}.txt", "articles/may.txt"),
    ],
)
def test_where_a_sidecar_may_be(tmp_path: Path, sidecar: str, place: str) -> None:
    rules = contract(tmp_path / "rules", totals={"pattern": PATTERN, "sidecar": sidecar})
    file = written(tmp_path / "articles" / "may.csv", ROWS)
    written(tmp_path / place, RIGHT)
    done = check(file, "--contract", rules)
    assert (0, "") == (done.exit_code, done.stderr)
    path = written(tmp_path / place, WRONG)
    found = answer(file, "--contract", rules)
    assert f"but the sidecar {path} states 3" in found["file_fault"]["message"]


def test_a_sidecar_named_like_the_upload(tmp_path: Path) -> None:
    rules = contract(tmp_path, totals={"pattern": PATTERN, "sidecar": "{stem}.ctl"})
    file = written(tmp_path / "download.csv", ROWS)
    written(tmp_path / "may.ctl", WRONG)
    found = answer(file, "--contract", rules, "--as", "articles/may.csv")
    assert "file.total_differs" == found["file_fault"]["code"]


def test_without_a_sidecar_a_note_says_so(tmp_path: Path) -> None:
    rules = contract(tmp_path, totals={"pattern": PATTERN, "sidecar": "{stem}.ctl"})
    file = written(tmp_path / "may.csv", ROWS)
    done = check(file, "--contract", rules)
    assert (done.exit_code, done.stderr) == (
        0,
        f"Note: totals are not compared, because there is no sidecar {tmp_path / 'may.ctl'}\n",
    )
    done = check("-", "--contract", rules, stdin=ROWS.encode())
    assert (done.exit_code, done.stderr) == (
        0,
        "Note: totals are not compared: standard input has no sidecar {stem}.ctl beside it\n",
    )


def test_a_sidecar_that_is_not_text(tmp_path: Path) -> None:
    rules = contract(tmp_path, totals={"pattern": PATTERN, "sidecar": "{stem}.ctl"})
    file = written(tmp_path / "may.csv", ROWS)
    (tmp_path / "may.ctl").write_bytes(b"\x00" * 70_000)
    found = answer(file, "--contract", rules)
    assert "file.sidecar_unreadable" == found["file_fault"]["code"]
