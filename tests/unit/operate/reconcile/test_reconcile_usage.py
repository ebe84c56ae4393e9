"""Wrong usage of `csvgate reconcile` and `csvgate breaker`, and the error messages."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from csvgate_ops.cli import main as cli


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("reconcile", "--since", "yesterday"), "a duration is a number and a unit"),
        (("reconcile", "--since", "99999999999999d"), "use `all`"),
        (("reconcile", "--stuck-after", "-1h"), "a duration is a number and a unit"),
        (("reconcile", "--project", "p", "--topology", "/nowhere.yaml"), "does not exist"),
        (("breaker", "lift", "enrich_records"), "--reason"),
        (("breaker", "lift", "enrich", "--reason", "x", "--project", "p"), "enrich_records"),
        (("breaker", "lift", "enrich_records", "--reason", " ", "--project", "p"), "give a reason"),
        (("breaker", "--project", "p", "lift", "enrich", "--reason", "x"), "enrich_records"),
    ],
)
def test_wrong_usage(arguments: tuple[str, ...], said: str, tmp_path: Path) -> None:
    done = CliRunner(env={"CSVGATE_DATA_DIR": str(tmp_path)}).invoke(cli.csvgate, arguments)
    assert (2, "") == (done.exit_code, done.stdout)
    assert said in done.stderr
