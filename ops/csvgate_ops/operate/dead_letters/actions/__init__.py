"""What can be done with dead letters. Nothing here knows about terminals or web pages.

    reading = read(context)                                  look, consume nothing
    groups(Filter(codes=("bigquery.*",)).of(reading.letters, context), "dataset")
    detail = show(context, "123")                            or show_letter(context, letter)
    report = replay(context, filter, RunOptions(dry_run=False, rate=50))
    report = edit_and_replay(context, "123", Edit(data=b"…"), RunOptions(dry_run=False))
    written = export(context, filter, Path("letters.jsonl"))

`context` comes from `csvgate_ops.operate.dead_letters.connect`. All functions raise
`csvgate.runtime.errors.Failure` when a service cannot be reached.
"""

from typing import Final

from csvgate_ops.operate.dead_letters.actions.action import Action, SelectionAction
from csvgate_ops.operate.dead_letters.actions.discard import DISCARD
from csvgate_ops.operate.dead_letters.actions.edit import EDIT
from csvgate_ops.operate.dead_letters.actions.rejected_rows import VALIDATE_REJECTED_ROWS
from csvgate_ops.operate.dead_letters.actions.replay import REPLAY

ACTIONS: Final[tuple[Action, ...]] = (REPLAY, VALIDATE_REJECTED_ROWS, EDIT, DISCARD)
"""The actions in the order of their buttons."""
SELECTION_ACTIONS: Final = tuple(a for a in ACTIONS if isinstance(a, SelectionAction))
