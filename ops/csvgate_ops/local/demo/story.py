"""Uploads two sample files and shows the results: orders with faults, and an unrelated file."""

import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table
from rich.text import Text

from csvgate_ops.cli.operate._status_view import summary
from csvgate_ops.local.cloud.options import repository
from csvgate_ops.local.demo.look import dead_letter, email_address, patiently, query, rejected_rows
from csvgate_ops.operate.follow import follow, send
from csvgate_ops.operate.uploads import UploadStatus
from csvgate_ops.session import Session

_ROWS, _BAD = 5000, 0.02
_PATIENCE_SECONDS = 120.0
_ENRICHED = """
SELECT _line, order_id, amount, currency, segment, region, eur_rate, amount_eur
FROM `sales.orders` WHERE _upload_id = @upload ORDER BY _line LIMIT 5
"""
_NAME = "orders/2026-11-21.csv"
_COUNT = "SELECT COUNT(*) AS n FROM `sales.orders` WHERE _upload_id = @upload"


class DemoFailed(Exception):
    """A result that the demo expects is missing."""


def run(session: Session, console: Console) -> None:
    """Run the demo on a local cloud. Raises DemoFailed when an expected result is missing."""
    with TemporaryDirectory() as folder:
        orders = Path(folder) / "orders.csv"
        samples = repository() / "samples"
        make = [str(samples / "make_orders.py"), "--rows", str(_ROWS), "--bad", str(_BAD)]
        seed = _seed(session)
        subprocess.run([sys.executable, *make, "--seed", seed, str(orders)], check=True)
        _orders(session, console, orders)
        _unrelated(session, console, samples / "timesheet.csv")


def _seed(session: Session) -> str:
    """Return the seed of the sample: another one each time after the first, because the same file
    under the same name is loaded once only."""
    is_first = not session.storage().bucket(session.bucket("uploads")).blob(_NAME).exists()
    return "7" if is_first else str(int(time.time()))


def _upload(session: Session, console: Console, path: Path, name: str) -> UploadStatus:
    console.rule(f"[bold]{path.name} → gs://{session.bucket('uploads')}/{name}", align="left")
    upload = send(session, path, name)
    last, shown = None, ""
    for last in follow(session.ledger(), upload.id, _PATIENCE_SECONDS):
        if last.state not in ("unknown", shown):
            console.print(f"  {last.state}", style="dim")
            shown = last.state
    if last is None or last.state not in ("completed", "rejected"):
        raise DemoFailed(
            f"the upload of {name} is {last.state if last else 'unknown'} after "
            f"{_PATIENCE_SECONDS:.0f} s"
        )
    return last


def _orders(session: Session, console: Console, path: Path) -> None:
    status = _upload(session, console, path, _NAME)
    counts = status.counts
    if status.state != "completed" or counts is None:
        raise DemoFailed(f"the sample was {summary(status)}")
    in_table = query(session, _COUNT, upload=status.id)[0]["n"]
    if counts.read != in_table + counts.rejected:
        raise DemoFailed(
            f"{counts.read} rows read, {in_table} in BigQuery, {counts.rejected} rejected"
        )
    console.print(
        f"\n[bold green]{counts.read:,} rows read = {in_table:,} loaded"
        f" + {counts.rejected:,} rejected[/]\n"
    )
    console.print(
        "The rows in BigQuery, table sales.orders. Enrichment added segment, region, eur_rate and "
        "amount_eur:"
    )
    console.print(_table(query(session, _ENRICHED, upload=status.id)))
    console.print(f"\nThe first rejected rows, in {status.rejects}:", soft_wrap=True)
    rejected = [
        {"line": row.line, "reasons": row.errors} for row in rejected_rows(session, status, 8)
    ]
    console.print(_table(rejected))
    _email(session, console, status)


def _unrelated(session: Session, console: Console, path: Path) -> None:
    status = _upload(session, console, path, "orders/timesheet.csv")
    if status.state != "rejected":
        raise DemoFailed(f"the unrelated file was {summary(status)}")
    console.print(Text(f"\n{summary(status)}", style="bold yellow"))
    _email(session, console, status)
    letter = patiently(lambda: dead_letter(session, "validate_and_parse", status.id))
    if letter is None:
        raise DemoFailed("the unrelated file has no dead letter")
    topic = session.endpoints["dead_letters"]["validate_and_parse"]["topic"]
    console.print(f"\nIts dead letter, in topic {topic}:")
    shown = {name: letter[name] for name in sorted(letter) if name.startswith("csvgate-")}
    console.print(_table([{"attribute": k, "value": v} for k, v in shown.items()]))


def _email(session: Session, console: Console, status: UploadStatus) -> None:
    found = patiently(lambda: email_address(session, status.id))
    if found is None:
        raise DemoFailed(f"no email about upload {status.id} arrived")
    address, email = found
    console.print(f"\nEmail: {address}")
    console.print(Text(f"  {email.get('subject', '')}"), style="dim")


def _table(rows: list[dict[str, object]]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in rows[0] if rows else ():
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(Text(_cell(value)) for value in row.values()))
    return table


def _cell(value: object) -> str:
    if isinstance(value, Decimal):
        value = f"{value.normalize():f}"
    return "".join(c if c.isprintable() else "␤" for c in str(value))
