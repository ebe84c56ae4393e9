"""What can be done with dead letters; no terminal and no web page in it.

    reading = read(context)                              look, consume nothing
    groups(Filter(codes=("bigquery.*",)).of(reading.letters), "dataset")
    detail = show(context, "123")                        or show_letter(context, letter)
    report = replay(context, filter, Acting(dry_run=False, rate=50, stop=event, on_progress=…))
    report = discard(context, filter, Acting(dry_run=False, reason="…"))
    report = edit_and_replay(context, "123", Edit(data=b"…"), Acting(dry_run=False))
    report = replay_rejected(context, filter, Acting(dry_run=False))
    written = export(context, filter, Path("letters.jsonl"))

`context` comes from `csvgate_ops.operate.dead_letters.connect`. All raise
`csvgate.runtime.errors.Failure` when a service cannot be reached.
"""

from csvgate_ops.operate.dead_letters.acting import (
    Acting,
    Action,
    Outcome,
    Progress,
    Report,
    Result,
)
from csvgate_ops.operate.dead_letters.actions.discard import discard
from csvgate_ops.operate.dead_letters.actions.edit import (
    Edit,
    difference,
    edit_and_replay,
    is_text,
    problem,
    text_of,
)
from csvgate_ops.operate.dead_letters.actions.export import export
from csvgate_ops.operate.dead_letters.actions.read import Reading, read
from csvgate_ops.operate.dead_letters.actions.rejected import replay_rejected
from csvgate_ops.operate.dead_letters.actions.replay import replay
from csvgate_ops.operate.dead_letters.actions.reveal import record_reveal
from csvgate_ops.operate.dead_letters.actions.show import (
    Detail,
    NoSuchLetter,
    fetch,
    show,
    show_letter,
)
from csvgate_ops.operate.dead_letters.dead_letter import DeadLetter
from csvgate_ops.operate.dead_letters.filters import Filter
from csvgate_ops.operate.dead_letters.groups import By, Group, groups

__all__ = [
    "Acting",
    "Action",
    "By",
    "DeadLetter",
    "Detail",
    "Edit",
    "Filter",
    "Group",
    "NoSuchLetter",
    "Outcome",
    "Progress",
    "Reading",
    "Report",
    "Result",
    "difference",
    "discard",
    "edit_and_replay",
    "export",
    "fetch",
    "groups",
    "is_text",
    "problem",
    "read",
    "record_reveal",
    "replay",
    "replay_rejected",
    "show",
    "show_letter",
    "text_of",
]
