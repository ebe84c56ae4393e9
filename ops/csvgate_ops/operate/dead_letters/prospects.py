"""What has to happen before the replay of a letter can have an effect.

A replay that is too early is harmless: the letter comes back.
"""

from csvgate.protocol.ledger.attempts import current_attempt
from csvgate.protocol.stream_ages import horizon, named_time
from csvgate_ops.operate.dead_letters.context import DeadLetterContext
from csvgate_ops.operate.dead_letters.dead_letter import DeadLetter

UNSETTLED = "commit.unsettled"
NEEDS_VERDICT = ("commit.partial", "load.contradictory")


def warning(letter: DeadLetter, context: DeadLetterContext) -> str:
    """Return why the letter would come back if it were replayed now; empty when nothing is known
    that prevents its success. Reads the ledger only for the codes that it concerns. Raises
    Transient."""
    if letter.code not in (UNSETTLED, *NEEDS_VERDICT) or not letter.upload:
        return ""
    current = current_attempt(context.ledger.upload(letter.upload))
    if current.decision is None or current.decision.outcome != "commit":
        return ""
    if current.entries.finished() is not None:
        return ""
    if letter.code == UNSETTLED:
        hour = horizon(current.decision, context.ages)
        if hour is None or hour <= context.clock():
            return ""
        return (
            f"BigQuery may still carry out the commit until {named_time(hour)}, so before "
            "that hour the letter may come back"
        )
    if current.entries.settled() is not None:
        return ""
    return (
        "csvgate cannot know whether its rows are loaded: first look at the table and run `csvgate "
        f'settle {letter.upload} --as committed|not-loaded --reason "…"`, or the letter comes back'
    )
