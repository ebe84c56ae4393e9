"""Pages show any value of a letter, and no value runs as a script or as markup."""

import json
import re
from html.parser import HTMLParser

import pytest

from csvgate_ops.operate.dead_letters.actions import SELECTION_ACTIONS
from unit.operate.console.browsing import (
    ENRICH,
    Visit,
    address,
    letter,
    letter_world,
    value_of,
    visit,
    words,
)

MARKUP = '"><script>alert(1)</script><img src=x onerror=alert(2)><!--'
CONTROLS = "\u202egnp.exe\u2066\x1b[31m\x00\x07\u200b\r\n</textarea><marquee>"
HOSTILE = MARKUP + CONTROLS
NAMES = (
    "html head meta title link script body a header div nav span p b main h1 h2 form input button "
    "label select option fieldset legend table caption thead tbody tr th td code time dl dt dd "
    "section small ol li ul svg rect pre textarea progress bdi wbr noscript q details summary"
)
TAGS = frozenset(NAMES.split())


class Inspector(HTMLParser):
    """Parses a page like a browser and keeps everything that could run."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag not in TAGS or any(name.startswith("on") or name == "style" for name in given):
            self.wrong.append(self.get_starttag_text() or tag)
        for name in ("src", "href", "action", "hx-get"):
            if name in given and not re.match(r"/(?!/)|#main$", given[name]):
                self.wrong.append(f"{tag} {name}={given[name]}")
        if tag == "script" and not given.get("src", "").startswith("/static/"):
            self.wrong.append("a script of its own")

    def handle_comment(self, data: str) -> None:
        self.wrong.append(f"comment {data}")


def assert_inert(page: str) -> None:
    inspector = Inspector()
    inspector.feed(page)
    assert [] == inspector.wrong
    assert [] == [c for c in page if not (c.isprintable() or c in "\n\t")]


def hostile_visit() -> tuple[Visit, str]:
    there = letter_world()
    data = json.dumps({"upload": HOSTILE, HOSTILE: [HOSTILE], "name": HOSTILE}).encode()
    found = letter(
        there,
        data=data,
        csvgate_code=MARKUP + "\u202e",
        csvgate_message=HOSTILE,
        csvgate_function=HOSTILE,
        csvgate_dataset=HOSTILE,
        csvgate_trace=HOSTILE,
        csvgate_revision=HOSTILE,
        csvgate_upload=HOSTILE,
        csvgate_rejects="gs://rejects/" + HOSTILE,
        csvgate_counts=json.dumps({HOSTILE: 3}),
        **{HOSTILE: HOSTILE},
    )
    return visit(there), found


def test_pages_with_hostile_letters_are_inert_and_show_the_values() -> None:
    here, found = hostile_visit()
    paths = ["/", "/letters/", address(found), "/uploads/", "/audit/"]
    paths += [f"/letters/groups?by={by}" for by in ("code", "function", "dataset", "day")]
    for path in paths:
        page = here.page(path)
        assert_inert(page)
        if path == "/" or "letters" in path:
            assert "&lt;script&gt;alert(1)" in page, path
    assert r"\u202egnp.exe\u2066\x1b[31m\x00\x07\u200b\r\n" in here.page(address(found))


def test_hostile_text_in_filters_is_shown_as_text() -> None:
    here, _ = hostile_visit()
    query = {"code": MARKUP, "text": MARKUP, "upload": MARKUP, "dataset": MARKUP, "order": MARKUP}
    answer = here.client.get("/letters/", query_string=query, base_url="http://127.0.0.1:8080")
    assert 200 == answer.status_code
    assert_inert(answer.text)


def test_actions_on_hostile_letters_are_inert() -> None:
    here, found = hostile_visit()
    for action in SELECTION_ACTIONS:
        letter = value_of(found)
        confirmation = here.confirm(scope="ticked", letter=letter, action=action.name)
        assert 200 == confirmation.status_code
        assert_inert(confirmation.text)
    confirmation = here.confirm(scope="matching", dataset=HOSTILE, action="discard")
    job = here.ended(here.begin(confirmation, reason=HOSTILE))
    assert_inert(job)
    run = re.search(r'href="(/audit/[^"]+)"', job)
    assert run is not None
    for path in ("/audit/", run[1]):
        page = here.page(path)
        assert_inert(page)
        assert "&lt;script&gt;alert(1)" in page


def test_editing_a_hostile_letter_is_inert() -> None:
    here, found = hostile_visit()
    form = here.page(f"{address(found)}/edit")
    assert_inert(form)
    attributes = json.dumps({"changed": HOSTILE})
    shown = here.post(f"{address(found)}/edit/difference", attributes=attributes, data="{}")
    assert_inert(shown.text)
    assert r"+changed: &#34;&gt;&lt;script&gt;" in shown.text


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xfe\x00\x80broken",
        b'{"a": ' * 5000,
        b"\xed\xa0\x80",
        b'{"a": "\\ud800"}',
        b"",
        b"NaN",
    ],
)
def test_any_bytes_are_shown(data: bytes) -> None:
    there = letter_world()
    found = letter(there, data=data)
    page = visit(there).page(address(found))
    assert_inert(page)
    page.encode()


@pytest.mark.parametrize("kind", ["text", "json"])
def test_ten_megabytes_make_a_small_page(kind: str) -> None:
    there = letter_world()
    text = "x" * 9_900_000
    found = letter(there, data=(text if kind == "text" else json.dumps({"a": text})).encode())
    here = visit(there)
    for path in (address(found), "/letters/", "/letters/groups"):
        assert len(here.page(path)) < 300_000
    assert "9.4 MiB" in here.page(address(found))


def test_a_forged_chunk_message_shows_no_rows() -> None:
    there = letter_world()
    data = b'{"index": 0, "rows": 1, "sha256": "<b>", "dataref": "gs://elsewhere/x"}'
    found = letter(
        there,
        ENRICH,
        data,
        content_type="application/json",
        ce_id="1",
        ce_source="s",
        ce_specversion="1.0",
        ce_type="csvgate.records.validated.v1",
        ce_uploadid="ab12",
        ce_plan="ab12",
        ce_seal="1",
        ce_dataref="gs://elsewhere/x",
    )
    page = visit(there).page(address(found))
    assert_inert(page)
    assert "Rows of the chunk" not in words(page)
