"""Who gets into the deployed console, asked over HTTP at a process of functions-framework."""

import json
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import requests

from servers import await_ready, free_port, running
from unit.operate.console.identities import (
    ADA,
    IAP,
    ID_TOKEN,
    KEYS_VARIABLE,
    Issuer,
    headers,
    token,
)
from unit.operate.console.test_console_function import ENVIRONMENT
from unit.operate.console.test_identity import altered, self_made
from world import ROOT

EMAIL = "X-Goog-Authenticated-User-Email"
PROOF = "X-Goog-IAP-JWT-Assertion"
FOLDERS = ("functions/operators_console", "tests", "shared", "ops", "functions/*")
"""The first one has the `main` that is served; the pipeline in memory needs the other functions."""
PATHS = [str(path) for each in FOLDERS for path in sorted(ROOT.glob(each))] + [str(ROOT)]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    log, port = tmp_path_factory.mktemp("console") / "log", free_port()
    framework = Path(sys.executable).with_name("functions-framework")
    command = [framework, "--source", Path(__file__).with_name("served_function.py")]
    command += ["--target", "operators_console", "--host", "127.0.0.1", "--port", str(port)]
    environment = {
        **ENVIRONMENT,
        KEYS_VARIABLE: json.dumps(Issuer(IAP).keys()),
        "PYTHONPATH": ":".join(PATHS),
    }
    with running(command, log, environment) as process:
        await_ready(process, log, port)
        yield f"http://127.0.0.1:{port}"


def refused() -> Mapping[str, Mapping[str, str]]:
    """Return the headers of requests whose sender is not proven, and what is wrong with them."""
    an_hour_ago = int(time.time()) - 3600
    return {
        "nothing": {},
        "a name without a proof": {EMAIL: f"accounts.google.com:{ADA}"},
        "a name that is not that of the proof": {**headers(), EMAIL: "accounts.google.com:eve@e.x"},
        "altered after signing": {PROOF: altered(token())},
        "signed with another key": headers(signed_with="k2"),
        "a key that Google does not serve": headers(key="k2", signed_with="k2"),
        "unsigned": {PROOF: self_made(IAP, "none")},
        "signed with the public key": {PROOF: self_made(IAP, "HS256")},
        "for another service": headers(aud="/projects/1/locations/europe-west1/services/another"),
        "expired": headers(iat=an_hour_ago, exp=an_hour_ago + 600),
        "not valid yet": headers(iat=int(time.time()) + 600),
        "from another issuer": headers(iss="https://accounts.google.com"),
        "an ID token": headers(ID_TOKEN),
        "the proof in another header": {"Authorization": f"Bearer {token()}"},
        "somebody who is not a member": headers(email="eve@example.com"),
    }


def test_only_a_valid_proof_gets_in(address: str) -> None:
    with requests.Session() as browser:
        browser.trust_env = False
        for what, given in refused().items():
            for path in ("/", "/letters/", "/api/letters", "/assets/console.css"):
                answer = browser.get(address + path, headers=dict(given), timeout=60)
                assert 401 == answer.status_code, (what, path, answer.text)
                assert "test.code" not in answer.text
                assert "Set-Cookie" not in answer.headers
            answer = browser.post(f"{address}/refresh", headers=dict(given), timeout=60)
            assert 401 == answer.status_code, what
        health = browser.get(f"{address}/api/health", headers=headers(), timeout=60).json()
        assert (ADA, 1) == (health["operator"], health["letters"]["count"])
        page = browser.get(f"{address}/letters/", headers=headers(), timeout=60)
        assert "test.code" in page.text
        assert f"as {ADA}" in page.text
