"""The page of an upload leads to its rows in BigQuery and to its reject file."""

from dataclasses import replace
from html import unescape

from csvgate_ops.operate.console.app import create_app
from csvgate_ops.operate.upload_list import upload_ids
from unit.operate.console.browsing import Visit, letter_world, visit
from unit.operate.dead_letters.contexts import LetterWorld
from unit.protocol.orders import orders

LINK = (
    "https://console.cloud.google.com/bigquery"
    "?project=my-project&p=my-project&d=sales&t=orders&page=table"
)


def loaded(data: bytes, name: str = "orders/a.csv") -> tuple[LetterWorld, str]:
    there = letter_world()
    there.world.validate(there.world.upload(name, data))
    there.world.drain()
    (upload,) = upload_ids(there.world.ledger)
    return there, upload


def in_a_project(here: Visit) -> Visit:
    """The same console of a project of Google Cloud."""
    site = replace(here.site, is_local=False, project="my-project")
    app = create_app(site, here.access, here.jobs)
    found = replace(here, site=site, app=app, client=app.test_client())
    found.page(f"/?token={here.access.token}")
    return found


def test_the_query_for_the_rows_of_an_upload() -> None:
    there, upload = loaded(orders(3))
    here = visit(there)
    page = unescape(here.page(f"/uploads/{upload}"))
    sql = f"SELECT *\nFROM `test-project.sales.orders`\nWHERE _upload_id = '{upload}'\n"
    assert f'<pre id="query" tabindex="0">{sql}' in page
    assert 'data-copy="#query" hidden' in page
    assert "console.cloud.google.com" not in page
    there_too = unescape(in_a_project(here).page(f"/uploads/{upload}"))
    assert (
        f'<a class="button" href="{LINK}" target="_blank" rel="noopener noreferrer">' in there_too
    )
    assert sql.replace("test-project", "my-project") in there_too


def test_the_rows_of_a_correction_belong_to_its_original() -> None:
    there, original = loaded(orders(20, bad=1))
    ((name, found),) = there.world.store.buckets["rejects"].items()
    there.world.validate(there.world.upload(name, found.data.replace(b"twelve", b"12.00")))
    there.world.drain()
    (correction,) = set(upload_ids(there.world.ledger)) - {original}
    page = visit(there).page(f"/uploads/{correction}")
    assert f"WHERE _upload_id = &#39;{original}&#39;" in page
    assert "The rows of a correction belong to the upload that it corrects." in page


def test_an_upload_without_rows_has_no_query() -> None:
    there, rejected = loaded(b"nonsense\n1\n")
    ignored = there.world.upload("other/b.csv", orders(1))
    there.world.validate(ignored)
    here = visit(there)
    for upload in upload_ids(there.world.ledger):
        assert "Rows in BigQuery" not in here.page(f"/uploads/{upload}"), upload == rejected
