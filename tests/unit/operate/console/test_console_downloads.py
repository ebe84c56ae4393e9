"""Downloads are saved and never shown, and are masked until a reveal is recorded."""

import base64
import json
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from csvgate.rejects.corrections import upload_id_in_name
from csvgate.runtime.errors import Transient
from csvgate.validation.sensitive_values import MASK
from csvgate_ops.operate.console.pages.attachments import attachment, safe_name
from csvgate_ops.operate.dead_letters.actions.export import export
from csvgate_ops.operate.dead_letters.actions.letter_lines import letter_lines
from csvgate_ops.operate.dead_letters.actions.read import read
from csvgate_ops.operate.dead_letters.dead_letter import KEEP_BYTES
from csvgate_ops.operate.dead_letters.filters import Filter
from csvgate_ops.operate.dead_letters.queue.port import Pulled
from csvgate_ops.operate.upload_list import upload_ids
from fakes.effects import Effect
from unit.operate.console.browsing import (
    address,
    letter,
    letter_world,
    marker,
    value_of,
    visit,
    words,
)
from unit.operate.console.test_console_masking import runs
from unit.operate.dead_letters.contexts import LetterWorld
from unit.protocol.orders import orders

OPERATE = "csvgate_ops.operate.dead_letters"
SECRET = b"a10000@example.com"


def rejecting(name: str = "orders/März.csv", bad: int = 2) -> tuple[LetterWorld, str]:
    there = letter_world()
    there.world.validate(there.world.upload(name, orders(20, bad)))
    there.world.drain()
    (upload,) = upload_ids(there.world.ledger)
    return there, upload


def reject_file(there: LetterWorld) -> tuple[str, bytes]:
    ((name, found),) = there.world.store.buckets["rejects"].items()
    return name, found.data


def is_saved(answer: TestResponse) -> bool:
    """Whether a browser saves the answer and does not interpret it, whatever is in it."""
    headers = answer.headers
    assert "nosniff" == headers["X-Content-Type-Options"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "no-store" == headers["Cache-Control"]
    assert not headers["Content-Type"].startswith(("text/html", "text/csv"))
    return headers["Content-Disposition"].startswith("attachment; ")


def test_a_reject_file_is_masked_until_a_reveal_is_recorded() -> None:
    there, upload = rejecting()
    here = visit(there)
    name, whole = reject_file(there)
    masked = here.get(f"/uploads/{upload}/rejects")
    assert is_saved(masked)
    assert str(len(masked.data)) == masked.headers["Content-Length"]
    assert SECRET in whole
    assert b"@" not in masked.data
    assert whole.count(b"\n") == masked.data.count(b"\n")
    assert MASK in masked.text
    assert "ORD-00010000" in masked.text
    assert [] == runs(here)
    shown = here.post(f"/uploads/{upload}/rejects")
    assert is_saved(shown)
    assert whole == shown.data
    assert ["reveal"] == runs(here)
    file_name = name.rpartition("/")[2]
    assert "März" in file_name
    named = shown.headers["Content-Disposition"]
    assert named.endswith(f"; filename*=UTF-8''{quote(file_name)}")
    assert f'filename="{file_name.replace("ä", "_")}"' in named


@pytest.mark.parametrize(
    ("protocol", "size", "announced"),
    [("HTTP/1.1", 31 << 20, True), ("HTTP/1.1", 32 << 20, False), ("HTTP/1.0", 32 << 20, True)],
)
def test_cloud_run_sends_large_files_without_their_size(
    protocol: str, size: int, announced: bool
) -> None:
    with Flask(__name__).test_request_context(environ_overrides={"SERVER_PROTOCOL": protocol}):
        answer = attachment((part for part in [b"id"]), "a.csv", "text/plain", size)
    assert announced == ("Content-Length" in answer.headers)


def test_only_the_complete_file_can_be_uploaded_as_a_correction() -> None:
    there, upload = rejecting()
    here = visit(there)
    masked, whole = here.get(f"/uploads/{upload}/rejects"), here.post(f"/uploads/{upload}/rejects")
    assert upload_id_in_name(masked.headers["Content-Disposition"]) is None
    assert upload == upload_id_in_name(whole.headers["Content-Disposition"])


def test_the_upload_and_its_letter_lead_to_the_reject_file() -> None:
    there, upload = rejecting()
    here = visit(there)
    page = here.page(f"/uploads/{upload}")
    assert f'href="/uploads/{upload}/rejects"' in page
    assert "Download complete and record it" in page
    (found,) = read(there.context).letters
    assert f'href="/uploads/{upload}/rejects"' in here.page(address(found.id, "validate_and_parse"))


def test_an_upload_without_a_reject_file() -> None:
    there, upload = rejecting(bad=0)
    here = visit(there)
    assert "Reject file" not in here.page(f"/uploads/{upload}")
    answer = here.get(f"/uploads/{upload}/rejects")
    assert 404 == answer.status_code
    assert "none of its rows was rejected" in answer.text
    for wrong in ("0" * 20, "..%2f..", "x"):
        assert 404 == here.get(f"/uploads/{wrong}/rejects").status_code


def test_a_reject_file_that_is_gone_reveals_and_records_nothing() -> None:
    there, upload = rejecting()
    here = visit(there)
    there.world.store.buckets["rejects"].clear()
    answer = here.post(f"/uploads/{upload}/rejects")
    assert 404 == answer.status_code
    assert "no longer exists" in answer.text
    assert [] == runs(here)


def test_a_file_that_took_the_name_of_a_reject_file_is_not_sent() -> None:
    there, upload = rejecting()
    here = visit(there)
    name, whole = reject_file(there)
    there.world.store.put("rejects", name, whole.replace(b"ORD-", b"XXX-"))
    answer = here.post(f"/uploads/{upload}/rejects")
    assert 404 == answer.status_code
    assert "no longer exists as it was written" in answer.text


def test_without_a_record_nothing_is_revealed() -> None:
    there, upload = rejecting()
    here = visit(there)

    def refuse(effect: Effect) -> None:
        raise Transient("storage.down", "the audit log cannot be written")

    there.world.effects.before = refuse
    answer = here.post(f"/uploads/{upload}/rejects")
    assert 502 == answer.status_code
    assert SECRET.decode() not in answer.text


def test_damaged_bytes_do_not_pass_as_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """An error page if nothing was sent yet; otherwise the file is shorter than announced."""
    there, upload = rejecting()
    here = visit(there)

    def damaged(bucket: str, _name: str, data: bytes) -> bytes:
        return data.replace(b"ORD-", b"ORD+") if bucket == "rejects" else data

    monkeypatch.setattr(there.world.store, "corrupt", damaged)
    assert 502 == here.get(f"/uploads/{upload}/rejects").status_code
    assert 502 == here.post(f"/uploads/{upload}/rejects").status_code
    monkeypatch.setattr("fakes.storage.PIECE_BYTES", 100)
    assert 502 == here.get(f"/uploads/{upload}/rejects").status_code
    with pytest.raises(Transient, match="another CRC32C"):
        _ = here.post(f"/uploads/{upload}/rejects").data


def test_a_form_of_another_site_downloads_nothing() -> None:
    there, upload = rejecting()
    here = visit(there)
    answer = here.client.post(f"/uploads/{upload}/rejects", base_url="http://127.0.0.1:8080")
    assert 403 == answer.status_code
    assert [] == runs(here)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a/b/März.csv", "März.csv"),
        ("..\\..\\evil.exe", "evil.exe"),
        ("../..", "download"),
        ("", "download"),
        (".profile", "profile"),
        ("a\r\nX-Evil: 1\u202e.csv", "a__X-Evil_ 1_.csv"),
        ('a"; filename="b.html', "a__ filename__b.html"),
        ("con.csv", "_con.csv"),
        ("x" * 300 + ".0123456789abcdef0123-0123456789abcdef.rejects.csv", None),
        ("ü" * 300 + ".csv", "ü" * 98 + ".csv"),
    ],
)
def test_names_of_files(name: str, expected: str | None) -> None:
    found = safe_name(name)
    assert expected is None or expected == found
    assert len(found.encode()) <= 200
    assert upload_id_in_name(name) == upload_id_in_name(found)


def lines_of(answer: TestResponse) -> list[dict[str, Any]]:
    assert 200 == answer.status_code
    assert is_saved(answer)
    return [json.loads(line) for line in answer.data.splitlines()]


def by_id(lines: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(lines, key=lambda line: str(line["id"]))


def three_letters() -> LetterWorld:
    there, _ = rejecting()
    letter(there, data=marker(email="ada@example.com"), csvgate_code="a.code")
    letter(there, data=b'{"email": "bo@example.com"}', csvgate_code="b.code")
    return there


@pytest.mark.parametrize("reveal", [False, True])
def test_lines_are_those_of_the_export(tmp_path: Path, reveal: bool) -> None:
    there = three_letters()
    here = visit(there)
    fields = {"scope": "matching"} | ({"reveal": "1"} if reveal else {})
    found = lines_of(here.post("/letters/download/lines", **fields))
    assert (["reveal"] if reveal else []) == runs(here)
    path = tmp_path / "letters.jsonl"
    export(there.context, Filter(), path, reveal=reveal)
    exported = [json.loads(line) for line in path.read_text().splitlines()]
    assert by_id(exported) == by_id(found)
    assert reveal != ("@example.com" not in json.dumps(found) and MASK in str(found))
    assert 0 == there.queues.held()


def test_lines_of_what_was_selected() -> None:
    here = visit(three_letters())
    one = lines_of(here.post("/letters/download/lines", scope="ticked", letter=[value_of("1000")]))
    assert ["1000"] == [line["id"] for line in one]
    group = lines_of(here.post("/letters/download/lines", scope="matching", code="b.code"))
    assert ["b.code"] == [line["code"] for line in group]
    assert 400 == here.post("/letters/download/lines", scope="ticked").status_code
    name = here.post("/letters/download/lines", scope="matching").headers["Content-Disposition"]
    assert "-3-masked.jsonl" in name


def test_the_page_before_says_what_the_file_has() -> None:
    here = visit(three_letters())
    for path in ("/letters/", "/letters/groups", address("1000")):
        assert 'formaction="/letters/download"' in here.page(path), path
    page = here.post("/letters/download", scope="matching", code="a.code").text
    assert "Download 1 letter You selected every letter with code a.code" in words(page)
    assert 2 == page.count('name="code" value="a.code"')
    assert "Download original data and record it" in page
    ticked = here.post("/letters/download", scope="ticked", letter=[value_of("1001")]).text
    assert 2 == ticked.count(f'value="{value_of("1001")}"')


def large(there: LetterWorld, number: int) -> dict[str, bytes]:
    found = {}
    for at in range(number):
        data = json.dumps({"n": at, "text": "x" * KEEP_BYTES}).encode()
        found[letter(there, data=data)] = data
    return found


def test_data_that_was_not_kept_is_pulled_again() -> None:
    there = letter_world()
    sent = large(there, 3)
    here = visit(there)
    found = lines_of(here.post("/letters/download/lines", scope="matching", reveal="1"))
    assert sent == {line["id"]: base64.b64decode(line["data"]) for line in found}
    assert 0 == there.queues.held()
    assert not here.site.queues.locked()


def test_the_queues_are_free_while_lines_are_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow browser must not keep others from the queues, nor its letters in memory."""
    there = letter_world()
    sent = large(there, 3)
    monkeypatch.setattr(f"{OPERATE}.actions.letter_lines._MOST_BYTES", 1)
    monkeypatch.setattr(f"{OPERATE}.queue.drain._PER_PULL", 1)
    queues, ids, pulls = threading.Lock(), list[str](), list[int]()
    pull = there.queues.pull

    def counted(subscription: str, most: int, seconds: float) -> Sequence[Pulled]:
        found = pull(subscription, most, seconds)
        pulls.append(len(found))
        return found

    letters = read(there.context).letters
    monkeypatch.setattr(there.queues, "pull", counted)
    for line in letter_lines(there.context, letters, queues, reveal=True):
        assert not queues.locked()
        ids.append(json.loads(line)["id"])
        assert (len(sent), 0) == (there.left(), there.queues.held())
    assert sorted(sent) == sorted(ids)
    assert [1, 1, 1, 1, 1, 1] == pulls, "the first, then the first two, then all three"


def test_busy_queues_are_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    there = letter_world()
    large(there, 1)
    monkeypatch.setattr(f"{OPERATE}.actions.letter_lines._PATIENCE", 0.01)
    queues = threading.Lock()
    letters = read(there.context).letters
    with queues:
        (line,) = map(json.loads, letter_lines(there.context, letters, queues, reveal=False))
    assert "a job is running" in line["content"]["remark"]


def test_a_letter_that_left_in_the_meantime_has_a_line_too() -> None:
    there = letter_world()
    large(there, 1)
    here = visit(there)
    gone = replace(read(there.context).letters[0], id="9")
    lock = threading.Lock()
    (line,) = map(json.loads, letter_lines(there.context, [gone], lock, reveal=False))
    assert line["content"]["text"] is None
    assert "replayed or discarded" in line["content"]["remark"]
    (line,) = map(json.loads, letter_lines(there.context, [gone], lock, reveal=True))
    assert (None, "9") == (line["data"], line["id"])
    assert here.site.letters.current().value is not None
