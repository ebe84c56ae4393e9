"""The console over the in-memory pipeline, and a client that uses it without JavaScript."""

import json
import math
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from html import unescape

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from csvgate.contracts.load import load_directory
from csvgate.contracts.match import Contracts
from csvgate.ports import Message
from csvgate_ops.operate.console.access import Access
from csvgate_ops.operate.console.app import create_app
from csvgate_ops.operate.console.jobs import Jobs
from csvgate_ops.operate.console.site import Site
from unit.operate.dead_letters.contexts import LetterWorld
from unit.operate.dead_letters.contexts import letter_world as plain_letter_world
from world import ROOT, World, letters_of

HOST = "127.0.0.1:8080"
ENRICH, NOTIFY = "enrich_records", "notify_stakeholders"
HANG_SECONDS = 30.0


@cache
def contracts() -> Contracts:
    """Cached, because reading the YAML files takes longer than a test."""
    return load_directory(ROOT / "contracts")


def letter_world() -> LetterWorld:
    return plain_letter_world(World(contracts=contracts()))


@dataclass
class Visit:
    backend: LetterWorld
    site: Site
    access: Access
    jobs: Jobs
    app: Flask
    client: FlaskClient

    def get(self, path: str) -> TestResponse:
        return self.client.get(path, base_url=f"http://{HOST}", follow_redirects=True)

    def page(self, path: str) -> str:
        answer = self.get(path)
        assert 200 == answer.status_code, answer.text
        return answer.text

    def post(self, path: str, **fields: str | list[str]) -> TestResponse:
        data = {"csrf": self.access.csrf, **fields}
        return self.client.post(path, data=data, base_url=f"http://{HOST}", follow_redirects=True)

    def confirm(self, **fields: str | list[str]) -> TestResponse:
        return self.post("/actions/confirm", **fields)

    def begin(self, confirmation: TestResponse, **fields: str) -> TestResponse:
        return self.post("/actions/begin", preview=field(confirmation.text, "preview"), **fields)

    def ended(self, job: TestResponse) -> str:
        """The page of a job once it has ended."""
        path = job.request.path
        return until(lambda: None if "Stop</button>" in (now := self.page(path)) else now)

    def refresh(self) -> None:
        self.post("/refresh")


def visit(there: LetterWorld | None = None, *, every: float = math.inf) -> Visit:
    """A client with access; the console has read the letters. It reads again only by hand, or
    after `every` seconds."""
    found = there or letter_world()
    site = Site.of(found.context, "test-project", is_local=True, every=every)
    access = Access()
    jobs = Jobs(site.now)
    app = create_app(site, access, jobs)
    app.testing = True
    here = Visit(found, site, access, jobs, app, app.test_client())
    here.page(f"/?token={access.token}")
    here.page("/")
    return here


def letter(
    there: LetterWorld,
    function: str = ENRICH,
    data: bytes = b"{}",
    **attributes: str,
) -> str:
    """Publish a letter to a function's topic and return its id. `_` in names stands for `-`."""
    topic = letters_of(function)
    ours = {"csvgate-code": "test.code", "csvgate-function": function}
    named = ours | {name.replace("_", "-"): value for name, value in attributes.items()}
    there.world.publisher.publish(topic, Message(data, named)).wait()
    topics = sorted(map(letters_of, ("validate_and_parse", ENRICH, NOTIFY)))
    return f"{1000 * (topics.index(topic) + 1) + len(there.world.letters(function)) - 1}"


def letter_at(
    there: LetterWorld,
    published_at: datetime,
    function: str = ENRICH,
    data: bytes = b"{}",
    **attributes: str,
) -> str:
    """Publish a letter at a time and return its id."""
    found = letter(there, function, data, **attributes)
    there.queues.published[found] = published_at
    return found


def address(letter_id: str, function: str = ENRICH) -> str:
    return f"/letters/{letters_of(function)}/{letter_id}"


def value_of(letter_id: str, function: str = ENRICH) -> str:
    """The value that the letter's checkbox sends."""
    return f"{letters_of(function)}/{letter_id}"


def field(page: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None, f"no field {name}"
    return unescape(found[1])


def textarea(page: str, name: str) -> str:
    """The content as a browser sees it, without the line end after the tag."""
    found = re.search(rf'<textarea id="{name}"[^>]*>\n?(.*?)</textarea>', page, re.DOTALL)
    assert found is not None, f"no textarea {name}"
    return unescape(found[1])


def words(page: str) -> str:
    """The text of a page with single spaces. A place where a long name may break is not one."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.replace("<wbr>", ""))).split())


def codes(page: str) -> list[str]:
    """The codes of the listed letters, in their order."""
    return re.findall(r'<th scope="row"><a href="/letters/[^"]+"><code>([^<]*)</code>', page)


def until(look: Callable[[], str | None]) -> str:
    deadline = time.monotonic() + HANG_SECONDS
    while (found := look()) is None:
        assert time.monotonic() < deadline, "it hangs"
        time.sleep(0.01)
    return found


def marker(**more: object) -> bytes:
    """JSON like that of csvgate's events."""
    return json.dumps({"upload": {"id": "ab12" * 4}, "dataset": "orders", **more}).encode()
