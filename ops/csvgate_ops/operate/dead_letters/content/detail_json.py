"""One letter in full as JSON for programs."""

from dataclasses import asdict
from typing import Any

from csvgate_ops.operate.dead_letters.actions.show import Detail
from csvgate_ops.operate.dead_letters.content.letter_json import (
    attributes,
    content_json,
    letter_json,
)


def detail_json(detail: Detail) -> dict[str, Any]:
    return {
        **letter_json(detail.letter, detail.message),
        "attributes": attributes(detail.letter, detail.message),
        "content": content_json(detail.content),
        "masked": list(detail.masked),
        "counts": dict(detail.counts),
        "reject_rows": asdict(detail.reject_rows) if detail.reject_rows else None,
        "replayable": detail.replayable,
        "replay": detail.replay,
        "upload_status": detail.upload.model_dump(mode="json") if detail.upload else None,
        "history": [mark.model_dump(mode="json") for mark in detail.history],
        "remark": detail.remark or None,
    }
