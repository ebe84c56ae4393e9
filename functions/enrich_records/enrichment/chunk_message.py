"""The chunk message: which chunk of which plan of which upload, and how many rows it has."""

from dataclasses import dataclass

from cloudevents.http import CloudEvent

from csvgate.runtime.errors import Permanent


@dataclass(frozen=True, slots=True)
class ChunkRef:
    upload: str
    plan: str
    index: int
    rows: int
    rows_of: str
    """The rows' `_upload_id`: of the original, when these are its mended rows."""


def parse_ids(event: CloudEvent) -> tuple[str, str]:
    """Upload and plan. Raises Permanent `event.malformed` naming the attribute at fault."""
    return _identifier(event, "uploadid"), _identifier(event, "plan")


def parse_chunk(event: CloudEvent) -> ChunkRef:
    """Raises Permanent `event.malformed` naming the attribute at fault."""
    upload, plan = parse_ids(event)
    rows_of = _identifier(event, "corrects") if "corrects" in event.get_attributes() else upload
    return ChunkRef(upload, plan, _number(event, "chunk"), _number(event, "rows"), rows_of)


def _identifier(event: CloudEvent, name: str) -> str:
    value = str(event.get_attributes().get(name, ""))
    # It becomes part of object names in the ledger: nothing but our own hexadecimal digits.
    if not value or not set(value) <= set("0123456789abcdef") or len(value) > 64:
        raise Permanent("event.malformed", f"ce-{name}: not one of csvgate's: {value!r:.80}")
    return value


def _number(event: CloudEvent, name: str) -> int:
    value = str(event.get_attributes().get(name, ""))
    if not value.isascii() or not value.isdigit() or len(value) > 9:
        raise Permanent("event.malformed", f"ce-{name}: expected a number, got {value!r:.80}")
    return int(value)
