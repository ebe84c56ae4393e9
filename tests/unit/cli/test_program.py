"""Commands that messages suggest start with what the reader typed."""

from pathlib import Path

import pytest

from csvgate_ops.program import program


@pytest.mark.parametrize(
    ("typed", "path", "word"),
    [
        (".venv/bin/csvgate", "", ".venv/bin/csvgate"),
        (".venv/bin/csvgate", ".venv/bin", "csvgate"),
        # Another installation, which would not know the reader's local cloud.
        (".venv/bin/csvgate", "other", ".venv/bin/csvgate"),
        ("../my tools/csvgate", "", "'../my tools/csvgate'"),
        ("/usr/lib/pytest/__main__.py", "", "csvgate"),
        ("", "", "csvgate"),
    ],
)
def test_the_word_starts_this_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: str, path: str, word: str
) -> None:
    for folder in (".venv/bin", "other"):
        file = tmp_path / folder / "csvgate"
        file.parent.mkdir(parents=True)
        file.touch(mode=0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path / path) if path else "")
    monkeypatch.setattr("sys.argv", [typed, "infer"])
    assert program() == word
