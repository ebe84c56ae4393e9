"""Generates docs/runbook.md from the catalogue and the topology."""

from collections.abc import Iterable, Iterator

from csvgate_ops.deploy import topology as topo
from csvgate_ops.deploy.topology.derive import seconds_until_forwarded
from csvgate_ops.operate.runbook.catalogue import FILES, SECTIONS
from csvgate_ops.operate.runbook.findings import FINDINGS
from csvgate_ops.operate.runbook.model import OperationalCode
from csvgate_ops.text import duration

_INTRODUCTION = """# Runbook

For the operator on duty. This page is generated from the code (`make docs`), and a test checks that
it covers every code that the functions can raise. All commands work on the local cloud, and with
`--project ID` on a real project, using your application default credentials.

## Five steps

1. **See what there is.** `csvgate dlq groups` counts the dead letters by code and shows since when
   they have been coming: first the operator's, then those that are the uploaders' business. The
   overview of the [console](console.md) says what needs you. `csvgate breaker` shows functions that
   have stopped dead-lettering.
2. **Find out what happened.** `csvgate dlq list --code CODE` lists the dead letters of a code,
   `csvgate dlq show ID` shows one with its reason, and `csvgate status UPLOAD` follows one upload
   from its arrival to its email.
3. **Fix the cause.** Look up the code below.
4. **Replay or discard**, as the last column of the code says.
   - *replay*: `csvgate dlq replay --code CODE` shows what it would do, and does it with `--yes`. A
     replay cannot load a row twice. It cannot send an email twice either, except for
     `mail.unknown`.
   - *upload again, then discard*: have the file uploaded under a new name, then
     `csvgate dlq discard --code CODE --upload UPLOAD --reason "…" --yes`.
   - *discard*: nothing else is left to do:
     `csvgate dlq discard --code CODE --reason "…" --yes`.
   - *replay the rejected rows*, if the contract was wrong:
     `csvgate dlq replay --rejected-rows --upload UPLOAD --yes` validates them again.
5. **Check the result.** `csvgate reconcile` compares every upload with BigQuery and its reject
   file.

The audit bucket keeps who replayed, discarded or lifted what, and why.
"""

_BREAKER = """## When a function dead-letters everything

After a bad deploy, or when a table or a contract is missing, a function would dead-letter every
message. Its breaker prevents that. It opens when the function has dead-lettered messages of
{letters} different uploads within {window} and these are at least {share:.0%} of the uploads it
finished in that time (`breaker` in deploy/topology.yaml). An upload counts once, whatever its
number of chunks. Rejected rows and files do not count, because they are data, and malformed
messages (`event.malformed`) do not count, because anyone with the right to publish can send them.
While the breaker is open, the function raises an error instead: the messages wait in their
subscription, and no email reports a failure. The log has one entry `breaker tripped` at severity
ERROR, and an entry `breaker open, will be retried` for each message.

1. `csvgate breaker` shows the function, since when its breaker is open, and the codes of the dead
   letters.
2. Fix that cause. A new revision, even one with the previous code, starts with a closed breaker
   and a new count, and processes the waiting messages. The old revision's breaker stays in the
   list until it is lifted, but has no effect. On the local cloud all code is one revision, so lift
   its breaker.
3. If you do not deploy: `csvgate breaker lift FUNCTION --reason "…"`. Each waiting message is
   delivered again after its current backoff, 10 minutes at most. If the cause is still there, the
   breaker opens again after as many dead letters.
4. Replay the dead letters from before it opened.

The messages do not wait forever. Pub/Sub delivers each again with growing backoff, up to the
trigger's `max_delivery_attempts`. At the last attempt the function sends the dead letter itself,
with its true code and reason and the attribute `csvgate-breaker: open`. Where it cannot, because
the delivery does not say which attempt it is, Pub/Sub moves the message to the dead-letter topic
unchanged, without a reason (`platform.max_attempts` below). For both, `csvgate dlq list`, `csvgate
dlq show` and the console say that the breaker was open and which codes had opened it. Both can be
replayed like any other once the cause is fixed. You have about this long to fix it:
"""

_AFTER_BREAKER = """
Where that is too short, raise `max_delivery_attempts` to at most 100 and deploy. The state of the
breakers is in the ledger bucket under `breakers/`. While that bucket cannot be read, functions send
dead letters as if they had no breaker.

## Deploy again

`csvgate deploy ENV` brings a project to the state that deploy/ and contracts/ describe. Messages
wait in the meantime, and uploads in progress keep the contract and references that they started
with.
"""


def runbook_page(topology: topo.Topology) -> str:
    """Return the page as Markdown."""
    return "\n".join([_INTRODUCTION, _breaker(topology), *_codes(), *_findings()]) + "\n"


def _breaker(topology: topo.Topology) -> str:
    limits = next(iter(topology.functions.values())).breaker
    text = _BREAKER.format(
        letters=limits.letters, window=duration(limits.window), share=limits.share
    )
    rows = [
        _row([trigger.function, str(trigger.dead_letter.max_delivery_attempts), _wait(trigger)])
        for trigger in topology.triggers.values()
    ]
    return "\n".join(
        [text, *_table(["function", "attempts", "a message waits about"], rows), _AFTER_BREAKER]
    )


def _wait(trigger: topo.Trigger) -> str:
    return duration(seconds_until_forwarded(trigger, trigger.retry))


def _codes() -> Iterator[str]:
    yield "## Codes of dead letters"
    yield ""
    yield (
        "A function sends a dead letter *at once* if retrying cannot help, and *after the last "
        "attempt* if it might have helped. The *owner* has to act: the uploader was informed by "
        "email and corrects the file; everything else is the operator's."
    )
    for title, entries in SECTIONS.items():
        yield from ("", f"### {title}", "")
        if title == FILES:
            yield "[faults.md](faults.md) explains each code to the uploader, with an example."
            yield ""
        yield from _entries(entries)


def _entries(entries: Iterable[OperationalCode]) -> Iterator[str]:
    rows = [
        _row([f"`{e.code}`", e.owner, e.when, e.meaning, e.remedy, e.next_step]) for e in entries
    ]
    yield from _table(["code", "owner", "dead letter", "meaning", "what to do", "then"], rows)


def _findings() -> Iterator[str]:
    yield from ("", "## Findings of `csvgate reconcile`", "")
    rows = [_row([f"`{f.code}`", f.meaning, f.remedy]) for f in FINDINGS]
    yield from _table(["code", "meaning", "what to do"], rows)


def _table(titles: list[str], rows: Iterable[str]) -> Iterator[str]:
    yield _row(titles)
    yield _row(["---"] * len(titles))
    yield from rows


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
