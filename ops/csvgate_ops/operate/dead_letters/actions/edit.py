"""Edit and replay: change one letter by hand and publish it."""

import difflib
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from csvgate.ports import Message, Publisher
from csvgate.protocol.dead_letters import PREFIX
from csvgate_ops.operate.dead_letters.actions.action import Action, Skipped
from csvgate_ops.operate.dead_letters.actions.run import run_action
from csvgate_ops.operate.dead_letters.content.content import text_beginning
from csvgate_ops.operate.dead_letters.content.json_text import (
    formatted,
    is_read_as_json,
    json_problem,
)
from csvgate_ops.operate.dead_letters.content.masking import NOTHING, Mask
from csvgate_ops.operate.dead_letters.content.original import Unreplayable, original, with_lineage
from csvgate_ops.operate.dead_letters.context import NO_ROUTE, DeadLetterContext
from csvgate_ops.operate.dead_letters.dead_letter import PLATFORM, DeadLetter
from csvgate_ops.operate.dead_letters.filters import Filter
from csvgate_ops.operate.dead_letters.queue.routes import Route
from csvgate_ops.operate.dead_letters.runs import Report, RunOptions


@dataclass(frozen=True, slots=True)
class Edit:
    """Changes to a letter's data and attributes. Attributes whose names begin with csvgate- or
    CloudPubSubDeadLetter describe the letter and are never sent."""

    data: bytes | None = None
    """None keeps the data."""
    attributes: Mapping[str, str] = field(default_factory=dict)
    """Attributes to add or overwrite."""
    without: tuple[str, ...] = ()
    """Names of attributes to remove."""

    def applied(self, letter: DeadLetter) -> tuple[dict[str, str], bytes]:
        kept = {k: v for k, v in letter.attributes.items() if k not in self.without}
        data = (letter.data or b"") if self.data is None else self.data
        return kept | dict(self.attributes), data


def is_text(letter: DeadLetter) -> bool:
    """Return whether the letter's data can be edited as text."""
    try:
        (letter.data or b"").decode()
    except UnicodeDecodeError:
        return False
    return True


def text_of(letter: DeadLetter) -> str:
    """Return the letter's data for an editor: JSON is indented, any other text is unchanged."""
    return formatted((letter.data or b"").decode())


def is_json(letter: DeadLetter) -> bool:
    """Return whether the letter's event is JSON: by its content type, as csvgate's own events are
    and Storage notifications are, or by its data."""
    if letter.kind in ("storage event", "chunk"):
        return True
    kind = letter.attributes.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json" or kind.endswith("+json"):
        return True
    return is_text(letter) and is_read_as_json((letter.data or b"").decode())


def data_problem(letter: DeadLetter, data: bytes | None) -> str:
    """Return why the new data cannot be that of the letter's event; empty when it can. None stands
    for unchanged data, which is never refused."""
    if data is None or not is_json(letter):
        return ""
    try:
        why = json_problem(data.decode())
    except UnicodeDecodeError as error:
        why = f"byte {error.start + 1:,} is not UTF-8"
    return f"the event is JSON, and the new data is not: {why}" if why else ""


def difference(letter: DeadLetter, edit: Edit, mask: Mask) -> list[str]:
    """Return the lines of a unified diff of attributes and data; empty when nothing changes. Binary
    data appears as its size and digest."""
    attributes, data = edit.applied(letter)
    before = _lines(letter.attributes, letter.data or b"", mask)
    after = _lines(attributes, data, mask)
    return list(difflib.unified_diff(before, after, "letter", "edited", lineterm=""))


def problem(context: DeadLetterContext, letter: DeadLetter, edit: Edit) -> str:
    """Return why the edited letter cannot be sent; empty when it can."""
    route = context.route_of(letter)
    if route is None:
        return NO_ROUTE
    if why := data_problem(letter, edit.data):
        return why
    try:
        _edited(letter, edit, route)
    except Skipped as skipped:
        return str(skipped)
    return ""


def edit_and_replay(
    context: DeadLetterContext, letter_id: str, edit: Edit, options: RunOptions
) -> Report:
    """The report has one outcome, or none when no subscription holds the letter at the moment.
    Raises Transient and Permanent when the queues cannot be read or the run cannot be recorded."""
    operation = _EditAndReplay(context.publisher, context.actor, edit)
    return run_action(EDIT, operation, context, Filter(ids=(letter_id,)), options)


EDIT = Action(
    name="edit",
    verb="edited",
    is_repeatable=False,  # another edit is another message
    applies_to=lambda letter: not letter.is_rejection,
    page="edit",
)


@dataclass(frozen=True, slots=True)
class _EditAndReplay:
    publisher: Publisher
    actor: str
    edit: Edit

    def plan(self, letter: DeadLetter, route: Route) -> str:
        _edited(letter, self.edit, route)
        return f"to {route.source_topic}, {_changes(letter, self.edit)}"

    def do(self, letter: DeadLetter, route: Route, run: str) -> str:
        message = _edited(letter, self.edit, route)
        message = with_lineage(message, letter, actor=self.actor, run=run)
        message_id = self.publisher.publish(route.source_topic, message).wait()
        return f"to {route.source_topic} as message {message_id}, {_changes(letter, self.edit)}"


def _edited(letter: DeadLetter, edit: Edit, route: Route) -> Message:
    attributes, data = edit.applied(letter)
    try:
        return original(attributes, data, is_storage=route.is_storage)
    except Unreplayable as why:
        raise Skipped(str(why)) from why


def _changes(letter: DeadLetter, edit: Edit) -> str:
    """The changes for the audit log: names of changed attributes and digests of the data, without
    values."""
    attributes, data = edit.applied(letter)
    names = sorted(
        name
        for name in {*attributes, *letter.attributes}
        if attributes.get(name) != letter.attributes.get(name)
    )
    changed = f"attributes changed: {', '.join(names) or 'none'}"
    old, new = _digest(letter.data or b""), _digest(data)
    return f"{changed}; data {'unchanged' if old == new else f'sha256 {old} → {new}'}"


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


def _lines(attributes: Mapping[str, str], data: bytes, mask: Mask) -> list[str]:
    own = {k: v for k, v in attributes.items() if not k.startswith((PREFIX, PLATFORM))}
    lines = [f"{name}: {own[name]}" for name in sorted(own)]
    return [*lines, "", *_text(data, mask).splitlines()]


def _text(data: bytes, mask: Mask) -> str:
    try:
        text = data.decode()
        if mask is NOTHING and is_read_as_json(text):
            # Numbers and equal keys are compared as they are written.
            return formatted(text)
        return json.dumps(mask.json(json.loads(text)), indent=2, ensure_ascii=False)
    except UnicodeDecodeError:
        return f"{len(data):,} bytes, sha256 {_digest(data)}"
    except (ValueError, RecursionError):
        return text_beginning(data)
