"""The complete text of each email. `UPDATE_GOLDEN=1` rewrites the files; review the diff."""

import os
from pathlib import Path

import pytest

from unit.notification.uploads import UPLOADS, rendered

GOLDEN = Path(__file__).parents[2] / "golden" / "emails"


@pytest.mark.parametrize("name", UPLOADS)
def test_text(name: str) -> None:
    email = rendered(UPLOADS[name])
    actual = f"Subject: {email.subject}\n\n{email.text}"
    file = GOLDEN / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(actual, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == actual


def test_no_golden_file_is_left_over() -> None:
    assert {file.stem for file in GOLDEN.iterdir()} == set(UPLOADS)
