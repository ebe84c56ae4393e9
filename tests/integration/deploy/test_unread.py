"""What the real gcloud says if a project cannot be read, and that csvgate then makes no plan."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result

from csvgate_ops.cli.deploy import _deploying
from csvgate_ops.cli.main import csvgate
from csvgate_ops.deploy.run.gcloud import Subprocesses
from standin import sdk
from standin.server import serving
from unit.deploy.plan.environments import topology

pytestmark = pytest.mark.skipif(sdk.missing() is not None, reason=str(sdk.missing()))
TOKEN = "CLOUDSDK_AUTH_ACCESS_TOKEN_FILE"
Environment = Mapping[str, str]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environment]:
    with serving() as stand_in:
        yield sdk.environment(stand_in.address, tmp_path_factory.mktemp("gcloud"))


def plan(monkeypatch: pytest.MonkeyPatch, environment: Environment, name: str) -> Result:
    digests = {name: SimpleNamespace(digest="0" * 40) for name in topology().functions}
    monkeypatch.setattr(_deploying, "stage", lambda *_: digests)
    monkeypatch.setattr(_deploying, "subprocesses", lambda _: Subprocesses(Path(), environment))
    return CliRunner().invoke(csvgate, ["deploy", name, "--plan"])


def test_without_login(monkeypatch: pytest.MonkeyPatch, environment: Environment) -> None:
    nobody = {name: value for name, value in environment.items() if name != TOKEN}
    found = plan(monkeypatch, {**nobody, "CLOUDSDK_CORE_CHECK_GCE_METADATA": "false"}, "dev")
    assert (2, "") == (found.exit_code, found.stdout)
    assert "gcloud has no account to use, or its login has expired. Log in with" in found.stderr
    assert "You do not currently have an active account selected" in found.stderr


def test_without_permission(monkeypatch: pytest.MonkeyPatch, environment: Environment) -> None:
    """The stand-in answers 403 for every project but dev's, whether it exists or not, as the
    service does."""
    found = plan(monkeypatch, environment, "prod")
    assert (2, "") == (found.exit_code, found.stdout)
    assert (
        "project example-csvgate-prod does not exist, or this account may not see" in found.stderr
    )
    assert "gcloud projects create example-csvgate-prod" in found.stderr
