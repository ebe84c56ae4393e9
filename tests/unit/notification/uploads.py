"""Finished uploads for the email tests: one of each outcome, and one with hostile values."""

from datetime import UTC, datetime, timedelta
from typing import Any

from csvgate.ports import Email
from csvgate.protocol.events import (
    Changes,
    CheckWarning,
    Counts,
    FaultExample,
    ObjectRef,
    Reason,
    UploadFinished,
    UploadRef,
)
from notification.email.view import render

REJECT_URL = "https://storage.cloud.google.com/rejects/orders/2026-11-21.9f2c.rejects.csv"
RECEIVED = datetime(2026, 11, 21, 10, 12, 3, tzinfo=UTC)


def reason(
    code: str, column: str | None, rows: int, *examples: tuple[int, str | None, str]
) -> Reason:
    """Return a reason; `examples` are line, value and message."""
    return Reason(
        code=code,
        column=column,
        rows=rows,
        examples=tuple(
            FaultExample(line=line, column=column, code=code, value=value, message=message)
            for line, value, message in examples
        ),
    )


REASONS = (
    reason(
        "constraint.minimum",
        "amount",
        42,
        (17, "-5.00", "less than the minimum 0"),
        (2041, "-0.01", "less than the minimum 0"),
        (2044, "-12", "less than the minimum 0"),
        (2050, "-13", "a fourth example is one too many"),
    ),
    reason("constraint.enum", "country", 23, (88, "UK", "not one of DE, FR, GB")),
    reason("constraint.required", "email", 1, (1201, "", "a value is required")),
    reason("row.too_many_fields", None, 9, (4410, None, "12 fields where the header has 10")),
)


def finished(**changes: Any) -> UploadFinished:
    """Return a completed upload with 97 of 5,000 rows rejected, and these changes; `name` is the
    object's name."""
    name = changes.pop("name", "orders/2026-11-21.csv")
    whole: dict[str, Any] = {
        "upload": UploadRef(
            id="9f2c41d07be35a68", bucket="uploads", name=name, generation=1795255921334411
        ),
        "plan": "p1",
        "dataset": "orders",
        "outcome": "completed",
        "table": "sales.orders",
        "counts": Counts(read=5000, valid=4903, rejected=97),
        "reasons": REASONS,
        "rejects": ObjectRef(bucket="rejects", name="orders/2026-11-21.9f2c.rejects.csv"),
        "received_at": RECEIVED,
        "finished_at": RECEIVED + timedelta(seconds=9.4),
        **changes,
    }
    return UploadFinished(**whole)


NONE = Counts(read=0, valid=0, rejected=0)
MANY = tuple(
    reason("type.integer", f"column_{n}", 20 - n, (7000 + n, "x", "not a whole number"))
    for n in range(10)
)
UPLOADS = {
    "completed": finished(),
    "completed_clean": finished(
        counts=Counts(read=5000, valid=5000, rejected=0), reasons=(), rejects=None
    ),
    "completed_warned": finished(
        counts=Counts(read=5000, valid=5000, rejected=0),
        reasons=(),
        rejects=None,
        warnings=(
            CheckWarning(message="net is below tax", rows=7, lines=(4, 9, 12, 13, 20)),
            CheckWarning(message="the order is older than a year", rows=1, lines=(4031,)),
        ),
    ),
    "completed_replacing": finished(changes=Changes(inserted=4903, updated=0, deleted=4811)),
    "rejected_superseded": finished(
        outcome="rejected",
        code="upload.superseded",
        reasons=(),
        rejects=None,
        counts=Counts(read=5000, valid=5000, rejected=0),
        detail="generation 1795255921339999 of this object is newer, created at 2026-11-21 "
        "10:40:00 UTC, and is loaded as upload 5b1e0c77a9d24f6e8030. Nothing was changed",
    ),
    "rejected_in_table": finished(
        outcome="rejected",
        code="unique.in_table",
        reasons=(
            reason(
                "unique.in_table",
                "invoice_id",
                2,
                (17, None, "is in the table already: line 9 of upload 5b1e0c77a9d24f6e8030"),
                (40, None, "is in the table already: line 3 of upload 77a9d24f6e80305b1e0c"),
            ),
        ),
        rejects=None,
        counts=Counts(read=5000, valid=5000, rejected=0),
        detail="sales.invoices has some of the keys of this file already",
    ),
    "completed_empty": finished(counts=NONE, reasons=(), rejects=None),
    "rejected": finished(
        outcome="rejected",
        counts=Counts(read=5000, valid=3600, rejected=1400),
        reasons=MANY,
        detail="1400 of 5000 rows (28.0%) are rejected; the contract allows 20.0%",
    ),
    "rejected_file": finished(
        outcome="rejected",
        counts=NONE,
        reasons=(reason("file.header", None, 0, (1, None, "the header lacks customer_id")),),
        rejects=None,
        detail="the header lacks customer_id",
    ),
    "failed": finished(
        outcome="failed",
        code="table.contradicts",
        table=None,
        counts=NONE,
        reasons=(),
        rejects=None,
        detail="table.contradicts: sales.orders has amount FLOAT64, the contract NUMERIC(12, 2)",
    ),
}


def rendered(upload: UploadFinished, reject_url: str | None = REJECT_URL) -> Email:
    return render(
        upload,
        sender="csvgate@example.com",
        recipients=("sales-data@example.com",),
        reject_url=reject_url if upload.rejects else None,
    )


def with_value(text: str) -> UploadFinished:
    """Return an upload with this text in every field that comes from outside."""
    return finished(
        name=text,
        dataset=text,
        table=text,
        detail=text,
        reasons=(reason(text, text, 3, (2, text, text)), reason("type.integer", None, 1)),
        warnings=(CheckWarning(message=text, rows=1, lines=(2,)),),
        rejects=ObjectRef(bucket="rejects", name=text),
    )
