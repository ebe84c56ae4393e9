"""Every file of tests/files gives the contract or the error that its table states."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from csvgate.contracts.load import load
from csvgate_ops.cli.author import check
from unit.author.infer.corpus import FOLDER, Expected, file_of, names, summary, table
from unit.author.infer.infer_examples import run

LEAST = 120


def test_the_table_lists_every_file() -> None:
    assert names() == {row.path for row in table()}
    assert len(names()) >= LEAST


@pytest.mark.parametrize("row", table(), ids=lambda row: row.path)
def test_a_file_gives_what_the_table_says(tmp_path: Path, row: Expected) -> None:
    file, out = file_of(row, tmp_path), tmp_path / "things.yaml"
    done = run(file, "--out", out)
    assert row.says in done.stderr
    if row.error:
        assert (done.exit_code, out.exists()) == (2, False)
        assert row.error in done.stderr
        return
    assert row.contract == summary(load(out))
    assert done.exit_code == (1 if row.rejected else 0)
    checked = CliRunner().invoke(
        check.command, [str(file), "--contract", str(out), "--format", "json"]
    )
    assert checked.exit_code == done.exit_code
    assert f'"rows_rejected": {row.rejected},' in checked.stdout
    for name, comment in row.comments.items():
        [line] = [text for text in out.read_text().splitlines() if f"- {{name: {name}," in text]
        assert comment in line.partition("  # ")[2]


@pytest.mark.parametrize("row", [row for row in table() if row.totals], ids=lambda row: row.path)
def test_the_totals_of_a_file_are_right_until_a_row_is_lost(tmp_path: Path, row: Expected) -> None:
    out = tmp_path / "things.yaml"
    run(FOLDER / row.path, "--out", out)
    with out.open("a", encoding="utf-8") as text:
        text.write(f"totals: {json.dumps({'pattern': row.totals})}\n")
    whole = (FOLDER / row.path).read_text(encoding="utf-8")
    header, _, rest = whole.split("\n", 2)
    for data, code in ((whole, None), (f"{header}\n{rest}", "file.total_differs")):
        (tmp_path / "things.csv").write_text(data, encoding="utf-8")
        arguments = [str(tmp_path / "things.csv"), "--contract", str(out), "--format", "json"]
        found = json.loads(CliRunner().invoke(check.command, arguments).stdout)
        assert code == (found["file_fault"] and found["file_fault"]["code"])
