"""docs/runbook.md, made from the catalogue and the topology."""

from collections.abc import Iterable, Iterator

from csvgate_ops.deploy import topology as topo
from csvgate_ops.deploy.topology.derive import seconds_until_forwarded
from csvgate_ops.operate.runbook.catalogue import SECTIONS
from csvgate_ops.operate.runbook.findings import FINDINGS
from csvgate_ops.operate.runbook.model import Operational
from csvgate_ops.text import duration

_HEAD = """# Runbook

For whoever is on duty. This page is made from the code's own lists (`make docs`); a test holds them
against every code that the functions can raise. All commands work on the local cloud, and on a real
project with `--project ID` (by your application default credentials).

## In five steps

1. **What is there?** `csvgate dlq groups` shows the dead letters by code, with how many and since
   when. `csvgate breaker` shows functions that have stopped dead-lettering.
2. **What happened?** `csvgate dlq list --code CODE` names the letters, `csvgate dlq show ID` shows
   one with its reason; `csvgate status UPLOAD` one upload from its arrival to the email.
3. **Mend the cause**: look the code up below.
4. **Let it go on**: as the code's last column says.
   - *replay*: `csvgate dlq replay --code CODE` says what it would do, with `--yes` it does it. A
     replay cannot double a row. `mail.unknown` apart, it cannot double an email either.
   - *upload again, then discard*: the file anew, under a new name; then
     `csvgate dlq discard --code CODE --upload UPLOAD --reason "…" --yes`.
   - *the uploader's*: nothing is left to do: `csvgate dlq discard --code CODE --reason "…" --yes`.
     If the contract was at fault for rejected rows:
     `csvgate dlq replay --rejected-rows --upload UPLOAD --yes` validates them again.
5. **Is all well?** `csvgate reconcile` holds every upload against BigQuery and its reject file.

Who replayed, discarded or lifted what, and why, is kept under `audit/` in the ledger bucket.
"""

_BREAKER = """## When a function dead-letters everything

A bad deploy, a dropped table, a contract left out: then a function gives up on every message. Its
breaker opens once it dead-lettered {letters} different messages within {window}, and these were
{share:.0%} or more of what it ended meanwhile (`breaker` in deploy/topology.yaml). Rejected rows
and files do not count: they are data. From then on it raises instead: the messages wait in their
subscription, and no email speaks of a failure. The log says `breaker tripped` once, at severity
ERROR, and `left to be retried` for each message.

1. `csvgate breaker` says which function, since when, and the codes of the letters.
2. Mend that. A new revision (a deploy, also of the code before) starts with a closed breaker and
   counts from the beginning; what waits goes through. The old revision's breaker stays in the list
   until it is lifted, and holds nothing. On the local cloud all code is one revision: lift it.
3. Where nothing is deployed: `csvgate breaker lift FUNCTION --reason "…"`. What waits is delivered
   again when its pause ends, after 10 minutes at most. If the cause is still there, the breaker
   opens again after as many letters.
4. Replay the letters from before it opened.

Messages do not wait for ever. Each is delivered again with growing pauses, and after the trigger's
`max_delivery_attempts` Pub/Sub moves it to the dead-letter topic itself, untouched but without a
reason (`platform.max_attempts` below); it can be replayed like any other. So these bound the time
that a person has:
"""

_THEN = """
To have longer, raise `max_delivery_attempts` (100 at most, which is 15 hours with these pauses)
and deploy. The breaker's state is in the ledger bucket, under `breakers/`; while the bucket cannot
be read, letters are sent as if there were no breaker.

## Deploy again

`csvgate deploy ENV` brings a project to what deploy/ and contracts/ say. Messages wait meanwhile,
and uploads under way keep the contract and references they began with.
"""


def runbook_page(topology: topo.Topology) -> str:
    """The page's Markdown."""
    return "\n".join([_HEAD, _breaker(topology), *_codes(), *_findings()]) + "\n"


def _breaker(topology: topo.Topology) -> str:
    limits = next(iter(topology.functions.values())).breaker
    said = _BREAKER.format(
        letters=limits.letters, window=duration(limits.window), share=limits.share
    )
    rows = [
        _row([trigger.function, str(trigger.dead_letter.max_delivery_attempts), _wait(trigger)])
        for trigger in topology.triggers.values()
    ]
    return "\n".join(
        [said, *_table(["function", "attempts", "a message waits about"], rows), _THEN]
    )


def _wait(trigger: topo.Trigger) -> str:
    return duration(seconds_until_forwarded(trigger, trigger.retry))


def _codes() -> Iterator[str]:
    yield "## Codes of dead letters"
    yield ""
    yield (
        "A letter comes *at once* where retrying cannot help, and *after the last attempt* where "
        "it might have."
    )
    for title, entries in SECTIONS.items():
        yield from ("", f"### {title}", "")
        if title == "Files that are rejected whole":
            yield "[faults.md](faults.md) explains each to the uploader, with an example."
            yield ""
        yield from _entries(entries)


def _entries(entries: Iterable[Operational]) -> Iterator[str]:
    rows = [_row([f"`{e.code}`", e.how, e.meaning, e.remedy, e.then]) for e in entries]
    yield from _table(["code", "letter", "meaning", "what to do", "then"], rows)


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
