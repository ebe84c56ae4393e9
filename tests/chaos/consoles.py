"""An operator with a console of their own: a process of `csvgate console`, used over HTTP."""

import os
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path

import requests

from local_cloud import CSVGATE, eventually

PATIENT_SECONDS = 600.0
"""A guard against hanging: a busy machine is slow."""
_FORM = 'name="csrf"'


def words(page: str) -> str:
    """Return the text of a page with single spaces."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def field(page: str, name: str) -> str:
    """Return the value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None, f"no field {name}"
    return unescape(found[1])


class Console:
    def __init__(self, name: str, entrance: str) -> None:
        self.name = name
        """The operator's name in the audit log begins with it."""
        self._url = entrance.partition("/?")[0]
        self._session = requests.Session()
        self._session.trust_env = False
        self._job = self._csrf = ""
        self.get(entrance.removeprefix(self._url))

    def get(self, path: str) -> str:
        """Return the source of a page."""
        answer = self._session.get(self._url + path, timeout=PATIENT_SECONDS)
        answer.raise_for_status()
        return answer.text

    def page(self, path: str) -> str:
        """Return the words of a page."""
        return words(self.get(path))

    def read(self, letters: int) -> None:
        """Read the queues until the console knows so many letters. A reading is repeated, because
        it ends when none arrives for half a second."""
        deadline = time.monotonic() + PATIENT_SECONDS
        while f"of {letters:,} letters" not in words(page := self.get("/letters/")):
            assert time.monotonic() < deadline, "it does not find all letters"
            if _FORM in page:
                self._csrf = field(page, "csrf")
                self._post("/refresh").raise_for_status()
            time.sleep(1)
        self._csrf = field(page, "csrf")

    def confirmation(self, action: str, **search: str) -> str:
        """Return the page that says what an action will do to the letters that match; empty when
        the last reading has none any more."""
        answer = self._post("/actions/confirm", action=action, scope="matching", **search)
        if answer.status_code == requests.codes.bad_request:
            return ""
        answer.raise_for_status()
        return answer.text

    def begin(self, confirmation: str, **fields: str) -> None:
        preview = field(confirmation, "preview")
        answer = self._post("/actions/begin", preview=preview, **fields)
        answer.raise_for_status()
        self._job = answer.url.removeprefix(self._url)
        assert self._job.startswith("/jobs/"), words(answer.text)

    def stop(self) -> None:
        self._post(f"{self._job}/stop").raise_for_status()

    @property
    def is_at_work(self) -> bool:
        return bool(self._job) and "Stop</button>" in self.get(self._job)

    def _post(self, path: str, **fields: str) -> requests.Response:
        data = {"csrf": self._csrf, **fields}
        return self._session.post(self._url + path, data=data, timeout=PATIENT_SECONDS)


@contextmanager
def console(name: str, data_dir: Path) -> Iterator[Console]:
    """Run `csvgate console` as the local user `name`."""
    log = data_dir / f"console-{name}.log"
    command = [CSVGATE, "console", "--no-open", "--data-dir", data_dir]
    with log.open("wb") as out:
        process = subprocess.Popen(
            list(map(str, command)),
            stdout=out,
            stderr=subprocess.STDOUT,
            env={**os.environ, "LOGNAME": name},
        )
    try:
        yield Console(name, eventually(lambda: _entrance(log), "its address", PATIENT_SECONDS))
    finally:
        process.terminate()
        process.wait(PATIENT_SECONDS)


def _entrance(log: Path) -> str:
    found = re.search(r"http://127\.0\.0\.1:\d+/\?token=\S+", log.read_text())
    return found[0] if found else ""
