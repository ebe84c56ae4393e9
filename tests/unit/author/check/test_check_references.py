"""`--references`: what foreign keys look into."""

from pathlib import Path

import pytest

from unit.author.check.check_examples import answer, check, faults, write_contract


@pytest.fixture
def contract(tmp_path: Path) -> Path:
    key = {"fields": "id", "reference": {"resource": "people", "fields": "person"}}
    return write_contract(
        tmp_path,
        "things",
        schema={"fields": [{"name": "id"}, {"name": "name"}], "foreignKeys": [key]},
        references={"people": {"object": "people.csv", "key": "person"}},
    )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "people.csv").write_text("person\nanna\n")
    path = tmp_path / "x.csv"
    path.write_text("id,name\nanna,a\nbob,b\n")
    return path


def test_keys_that_are_not_there_are_faults(contract: Path, file: Path, tmp_path: Path) -> None:
    found = answer(file, "--contract", contract, "--references", tmp_path)
    assert [(line, code) for line, _, code in faults(found)] == [(3, "constraint.foreign_key")]


def test_without_a_folder_they_hold_and_a_note_says_so(contract: Path, file: Path) -> None:
    done = check(file, "--contract", contract)
    assert done.exit_code == 0
    assert done.stderr == (
        "Note: foreign keys into people are not checked without --references DIR\n"
    )


@pytest.mark.parametrize("reference", [None, "other\n1\n"])
def test_a_reference_that_cannot_be_used(
    contract: Path, file: Path, tmp_path: Path, reference: str | None
) -> None:
    (tmp_path / "people.csv").unlink()
    if reference is not None:
        (tmp_path / "people.csv").write_text(reference)
    done = check(file, "--contract", contract, "--references", tmp_path)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "reference people" in done.stderr
