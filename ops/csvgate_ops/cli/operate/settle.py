"""Record whether the rows of an upload are loaded, where csvgate cannot know it."""

import json
from pathlib import Path
from typing import cast

import click

from csvgate_ops.cli.options import as_json, connected
from csvgate_ops.operate.audit import operator
from csvgate_ops.operate.settle import CannotSettle, Settlement, Verdict, settle
from csvgate_ops.operate.upload_list import find
from csvgate_ops.program import program
from csvgate_ops.session import open_session


@click.command("settle")
@click.argument("upload")
@click.option(
    "--as",
    "verdict",
    type=click.Choice(["committed", "not-loaded", "rejected"]),
    required=True,
    help="`committed` completes the upload with the rows in the table; `not-loaded` loads all its "
    "rows again; `rejected` ends an upload that can never be loaded.",
)
@click.option("--reason", required=True, help="How you know; recorded with your name.")
@click.option(
    "--attempt",
    type=click.IntRange(min=1),
    help="The attempt that you looked at; another current one is refused.  [default: current]",
)
@connected
@as_json
def command(
    upload: str,
    verdict: str,
    reason: str,
    attempt: int | None,
    data_dir: Path,
    project: str | None,
    topology: Path | None,
    as_json: bool,
) -> None:
    """Settle UPLOAD when csvgate cannot bring it to an end by itself.

    After a dead letter with the code commit.partial or load.contradictory, the table has some of
    its rows but not all, for example because somebody deleted some. csvgate cannot know whether the
    upload was loaded. Look at the rows with this _upload_id in the table, decide, and replay the
    dead letter:

    \b
      csvgate settle 3f2a9c --as committed --reason "Ada deleted the 12 test rows"
      csvgate dlq replay --upload 3f2a9c --code commit.partial --yes

    After `committed` the upload completes with the rows that are there. After `not-loaded` all its
    rows are loaded again, so first delete those that are visible. `not-loaded` is refused until 25
    hours after the upload's oldest write stream was created: until then BigQuery may still carry
    out the commit.

    `rejected` is for an upload whose rows can never be loaded, for example because a derived column
    fails for them (derive.failed) and every replay brings the same letter. It is refused once a
    commit was decided. After a replay the uploader is informed that nothing was loaded.

    A verdict cannot be changed.

    UPLOAD is an upload's id, the beginning of an id, or the name of an object.
    """
    if not reason.strip():
        raise click.BadParameter("say how you know what the table shows", param_hint="--reason")
    session = open_session(data_dir, project, topology)
    ledger = session.ledger()
    found = find(ledger, upload)
    if found is None:
        raise click.ClickException(f"no upload matches {upload!r}; `{program()} status` lists them")
    try:
        settled = settle(
            ledger,
            found.id,
            cast(Verdict, verdict),
            actor=operator(),
            reason=reason.strip(),
            attempt=attempt,
            ages=session.stream_ages(),
        )
    except CannotSettle as why:
        raise click.ClickException(str(why)) from why
    if as_json:
        click.echo(json.dumps(_json(settled), indent=2))
        return
    click.echo(f"settled attempt {settled.attempt} of upload {settled.upload} as {verdict}")
    for line in next_steps(settled, session.options):
        click.echo(line)


def next_steps(settled: Settlement, options: str) -> list[str]:
    """Return what to do so that the verdict takes effect. `options` point a command at the same
    cloud, with a leading space."""
    if not settled.codes:
        return [
            "The ledger has no dead letter of enrich_records about this upload: its message is "
            "still being delivered, and the next delivery follows the verdict."
        ]
    codes = "".join(f" --code {code}" for code in settled.codes)
    return [f"Now run: {program()} dlq replay --upload {settled.upload}{codes}{options} --yes"]


def _json(settled: Settlement) -> dict[str, object]:
    return {
        "upload": settled.upload,
        "attempt": settled.attempt,
        **settled.entry.model_dump(mode="json"),
        "letters": list(settled.codes),
    }
