"""Settings are read from variables, and secrets also from files that Secret Manager mounts."""

from pathlib import Path

import pytest

from csvgate.runtime.errors import Transient
from csvgate.runtime.settings import read

ENVIRONMENT = {
    "GOOGLE_CLOUD_PROJECT": "p",
    "CSVGATE_UPLOADS_BUCKET": "u",
    "CSVGATE_REJECTS_BUCKET": "r",
    "CSVGATE_STAGING_BUCKET": "s",
    "CSVGATE_LEDGER_BUCKET": "l",
    "CSVGATE_REFERENCES_BUCKET": "f",
    "CSVGATE_DEAD_LETTER_TOPIC": "d",
}


def test_a_secret_as_a_file(tmp_path: Path) -> None:
    file = tmp_path / "SENDGRID_API_KEY"
    file.write_text("SG.key\n")
    found = read({**ENVIRONMENT, "SENDGRID_API_KEY_FILE": str(file)})
    assert "SG.key" == found.sendgrid_api_key


def test_a_missing_file_is_a_transient_failure(tmp_path: Path) -> None:
    with pytest.raises(Transient, match=r"cannot read the file of a secret: .*No such file"):
        read({**ENVIRONMENT, "SENDGRID_API_KEY_FILE": str(tmp_path / "none")})


def test_what_the_topology_may_leave_out() -> None:
    found = read(ENVIRONMENT)
    assert found.read_bytes_per_second is None
    assert (found.small_uploads, found.timeout_seconds, found.concurrency) == ("shared", 540, 1)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("CSVGATE_SMALL_UPLOADS", "both"),
        ("CSVGATE_READ_BYTES_PER_SECOND", "0"),
        ("CSVGATE_TIMEOUT_SECONDS", "9m"),
        ("CSVGATE_MAX_DELIVERY_ATTEMPTS", "101"),
    ],
)
def test_an_invalid_variable_is_named(variable: str, value: str) -> None:
    with pytest.raises(Transient, match=f"invalid environment variables: {variable}: ") as caught:
        read({**ENVIRONMENT, variable: value})
    assert caught.value.code == "settings.invalid"
