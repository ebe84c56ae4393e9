"""The scan finds what looks like a secret, and skips lines that are marked as false alarms."""

from pathlib import Path

import pytest

from unit.scripts.script import load

check_secrets = load("check_secrets")

# In two parts, or the scan would find them here.
KEYS = {
    "AWS": "AKIA" + "IOSFODNN7EXAMPLQ",
    "SendGrid": "SG." + "x" * 22 + "." + "y" * 43,
    "private key": "-----BEGIN " + "PRIVATE KEY-----",
    "GitHub": "ghp_" + "A" * 36,
}


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
def test_a_key_is_found(tmp_path: Path, key: str) -> None:
    path = tmp_path / "settings.py"
    path.write_text(f'first = 1\nvalue = "{key}"\n')
    (found,) = check_secrets.scan([str(path)], guess=False)
    assert "settings.py:2: looks like a secret" in found
    assert key not in found


def test_a_line_may_be_marked_as_a_false_alarm(tmp_path: Path) -> None:
    path = tmp_path / "settings.py"
    path.write_text(f'value = "{KEYS["AWS"]}"  # pragma: allowlist secret\n')
    assert [] == check_secrets.scan([str(path)], guess=True)


def test_a_password_is_guessed_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "settings.py"
    path.write_text("pass" + 'word = "hunter2hunter2"\n')
    assert 1 == len(check_secrets.scan([str(path)], guess=True))
    assert [] == check_secrets.scan([str(path)], guess=False)
