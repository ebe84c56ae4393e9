"""Every page of the console, one after another in the same browser page, with the longest values
that it shows."""

import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack

import pytest
from playwright.sync_api import Page, Route

from csvgate.contracts.match import Contracts
from csvgate.ports import Column
from csvgate.protocol.ledger.entries import Tripped
from csvgate.runtime.breaker_ledger import BreakerLedger
from csvgate.runtime.errors import Transient
from fakes.bigquery import Table
from fakes.effects import Effect
from integration.console.console_server import Served, served
from unit.operate.console.browsing import (
    ENRICH,
    NOTIFY,
    address,
    contracts,
    letter,
    letter_world,
    marker,
)
from unit.operate.dead_letters.contexts import LetterWorld
from unit.operate.dead_letters.contexts import letter_world as letters_of_world
from unit.protocol.orders import orders
from world import World

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>\u202e' + "W" * 400
FOLDERS = "orders/2026/november/north-rhine-westphalia/branch-office-of-moenchengladbach"
LONG_NAME = f"{FOLDERS}/{'Lieferungen_' * 12}.csv"
"""An object's name of more than 200 characters with a last part that has no place to break."""
LONG_CODE = "customer.delivery_address_is_not_in_the_reference_table_of_the_north" + "x" * 60
REASON = "Because the table is back, and " + "the supplier has confirmed it; " * 20 + "Y" * 100
SENSITIVE = json.dumps({"dataset": "orders", "email": "maria.lang@example.com"}).encode()
_STUCK = Transient("storage.down", f"503 of {'gs://' + 'a' * 200}/ledger: the service is down")


def world() -> LetterWorld:
    """Uploads in several states, letters of everybody, an open breaker."""
    there = letters_of_world(World(contracts=_with_folders()))
    there.world.warehouse.tables["sales.orders"] = Table((Column("amount", "STRING"),))
    there.world.validate(there.world.upload(f"{FOLDERS}/failing.csv", orders(20)))
    there.world.drain()
    del there.world.warehouse.tables["sales.orders"]
    there.world.validate(there.world.upload(LONG_NAME, orders(30, bad=2)))
    there.world.validate(there.world.upload(f"{FOLDERS}/broken.csv", b"\0\0\0\0" * 99))
    there.world.validate(there.world.upload(f"unknown/{'notes-' * 40}.txt", b"nothing"))
    there.world.drain()
    for number in range(60):
        letter(there, ENRICH, marker(n=number), csvgate_code="group.one")
    letter(there, ENRICH, SENSITIVE, csvgate_code=LONG_CODE, csvgate_message=REASON)
    letter(there, NOTIFY, HOSTILE.encode(), csvgate_code=HOSTILE, csvgate_message=HOSTILE)
    now = there.world.now
    codes = {LONG_CODE: 50}
    entry = Tripped(at=now, since=now, letters=50, handled=1, codes=codes)
    BreakerLedger(there.world.ledger, ENRICH, "enrich-records-00042-gab").trip(1, entry)
    return there


def _with_folders() -> Contracts:
    """The contracts; that of orders fits in any folder."""
    given = [each for each in contracts() if each.dataset != "orders"]
    found = contracts().for_dataset("orders")
    assert found is not None
    return Contracts([*given, found.model_copy(update={"match": ("orders/**",)})])


class Visitor:
    """Opens pages; forms are sent as a browser sends them."""

    def __init__(self, page: Page, console: Served) -> None:
        self.page, self.console = page, console
        page.goto(console.entrance)
        page.get_by_role("heading", name="Overview").wait_for()

    def get(self, path: str) -> None:
        self.page.goto(self.console.url + path)

    def link(self, within: str) -> str:
        found = self.page.locator(f"{within} a").first.get_attribute("href")
        assert found is not None
        return found

    def post(self, path: str, fields: Mapping[str, str]) -> None:
        """Send a form of the open page's session."""
        csrf = self.page.locator("input[name=csrf]").first.get_attribute("value")
        with self.page.expect_navigation():
            self.page.evaluate(
                """([path, fields]) => {
                     const form = document.createElement("form");
                     Object.assign(form, {method: "post", action: path});
                     for (const [name, value] of fields) {
                       form.append(Object.assign(document.createElement("input"), {name, value}));
                     }
                     document.body.append(form);
                     form.submit();
                   }""",
                [path, [["csrf", csrf], *map(list, fields.items())]],
            )


def every_page(page: Page, patch: pytest.MonkeyPatch) -> Iterator[str]:
    """Open one page after another and yield what it is."""
    with ExitStack() as consoles:
        full = consoles.enter_context(served(world()))
        empty = consoles.enter_context(served(letter_world()))
        yield from _lists(Visitor(page, empty), "without anything: ")
        here = Visitor(page, full)
        yield from _lists(here, "")
        yield from _details(here)
        yield from _actions(here)
        yield from _errors(here)
        yield from _readings(page, patch, consoles)


def _lists(here: Visitor, prefix: str) -> Iterator[str]:
    paths = ["/", "/letters/", "/letters/groups", "/uploads/", "/audit/"]
    if not prefix:
        paths = ["/", "/letters/", "/letters/groups", "/letters/groups?by=day", "/uploads/"]
        paths += ["/letters/?code=group.one&page=2&order=code", "/letters/?text=nothing"]
        paths += ["/uploads/?state=ignored", "/uploads/?text=zzz"]
    for path in paths:
        here.get(path)
        yield prefix + path


def _details(here: Visitor) -> Iterator[str]:
    here.get("/uploads/")
    uploads = here.page.locator("tbody th a").all()
    for href in [link.get_attribute("href") for link in uploads]:
        here.get(str(href))
        yield f"{href}: {here.page.title()[-40:]}"
    for code in ("rows.rejected", "table.contradicts"):
        here.get(f"/letters/?code={code}")
        here.get(here.link("tbody th"))
        yield f"letter with {code}"
    for path in (address("1001"), address("1061"), address("2000", NOTIFY)):
        here.get(path)
        yield path
    here.post(f"{address('1061')}/reveal", {})
    yield "a letter that is revealed"
    here.get("/breakers/enrich_records/lift")
    yield "lift a breaker"


def _actions(here: Visitor) -> Iterator[str]:
    letter_of = {"scope": "this", "letter": address("1061").removeprefix("/letters/")}
    here.get(f"{address('1061')}/edit")
    yield "edit, before values are shown"
    here.post(f"{address('1061')}/edit", {})
    yield "edit"
    here.post(f"{address('1061')}/edit/difference", {"attributes": "{", "data": "{"})
    yield "edit with a mistake"
    changed = {"attributes": json.dumps({"csvgate-code": HOSTILE}), "data": HOSTILE}
    here.post(f"{address('1061')}/edit/difference", changed)
    yield "difference"
    here.post("/letters/download", letter_of)
    yield "download"
    for action in ("replay", "discard"):
        here.post("/actions/confirm", letter_of | {"action": action})
        yield f"confirm {action}"
    preview = here.page.locator("input[name=preview]").get_attribute("value") or ""
    here.post("/actions/begin", {"preview": preview, "reason": ""})
    yield "confirm without a reason"
    here.post("/actions/begin", {"preview": preview, "reason": REASON})
    here.page.get_by_role("button", name="Back to the dead letters").wait_for()
    yield "a job that has ended"
    here.post("/actions/confirm", {"scope": "matching", "code": "group.one", "action": "replay"})
    preview = here.page.locator("input[name=preview]").get_attribute("value") or ""
    here.post("/actions/begin", {"preview": preview, "reason": REASON, "rate": "0.1"})
    yield "a job at work"
    job = here.page.url.removeprefix(here.console.url)
    here.get(address("1001"))
    yield "a letter somebody works on"
    here.post(f"{job}/stop", {})
    here.page.get_by_role("button", name="Back to the dead letters").wait_for()
    yield "a job that was stopped"
    here.get("/audit/")
    yield "audit log"
    runs = here.page.locator("tbody th a").all()
    for href in [link.get_attribute("href") for link in runs][:2]:
        here.get(str(href))
        yield "audit run"


def _errors(here: Visitor) -> Iterator[str]:
    here.get("/nothing/here")
    yield "404"
    here.get("/uploads/")
    here.post("/letters/download", {"scope": "ticked"})
    yield "400"
    here.get("/letters/?token=of-another-run")
    yield "401"
    here.get("/uploads/")
    (upload,) = re.findall(r"uploads/(\w+)", here.link("tbody th:has-text('Lieferungen_')"))
    effects = here.console.backend.world.effects

    def refuse(_: Effect) -> None:
        raise _STUCK

    before, effects.before = effects.before, refuse
    here.post(f"/uploads/{upload}/rejects", {})
    effects.before = before
    yield "502"
    here.page.route(here.console.entrance, _held_back)
    here.page.goto(here.console.entrance)
    yield "sign in"
    here.page.unroute(here.console.entrance)


def _held_back(route: Route) -> None:
    """Answer with the page that takes the token, which does not go on by itself."""
    answer = route.fetch()
    route.fulfill(response=answer, body=answer.text().replace("http-equiv", "name"))


def _readings(page: Page, patch: pytest.MonkeyPatch, consoles: ExitStack) -> Iterator[str]:
    """A reading that fails, before and after one that succeeded; one that is under way."""
    go_on, there = threading.Event(), letter_world()
    letter(there, ENRICH, marker(), csvgate_code="group.one")
    here = Visitor(page, consoles.enter_context(served(there)))

    def fails(*_: object) -> object:
        raise _STUCK

    def waits(*_: object) -> object:
        go_on.wait()
        return ()

    _replaced(patch, there, fails)
    here.post("/refresh", {"next": "/letters/"})
    yield "a reading that failed"
    for what, pull in (("a first reading that failed", fails), ("a reading under way", waits)):
        there = letter_world()
        _replaced(patch, there, pull)
        console = consoles.enter_context(served(there))
        if pull is waits:
            # The script of the page would reload it.
            page.route("**/console.js", lambda route: route.abort())
            patch.setattr("csvgate_ops.operate.console.site.PATIENCE", 0.0)
        page.goto(console.entrance)
        page.wait_for_url(f"{console.url}/")
        for path in ("/", "/letters/"):
            page.goto(console.url + path)
            yield f"{what}: {path}"
    go_on.set()


def _replaced(patch: pytest.MonkeyPatch, there: LetterWorld, pull: Callable[..., object]) -> None:
    patch.setattr(there.queues, "pull", pull)
