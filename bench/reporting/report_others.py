"""The parts of the report on enrichment, bytes per record, memory, small files and cold starts."""

from collections.abc import Sequence

from bench.processes.cold_start import FirstUpload, Start
from bench.processes.function_events import HELLO_WORLD
from bench.processes.large import Large
from bench.reporting.markdown import mebibytes, micro, milliseconds, percent, rate, table, times
from bench.reporting.results import Run, Small
from bench.runner import Result, ratio


def enrichment(results: Sequence[Result]) -> str:
    ours = results[0]
    rows = [
        (
            result.entry.title,
            f"{result.rows:,}",
            micro(result.cpu.median),
            micro(result.cpu.least),
            rate(result.cpu.median),
            times(ratio(ours, result)),
            micro(result.wall.median),
            percent(result.cpu.spread),
            f"{result.rounds[0].bytes_out / result.rows:.0f}",
            mebibytes(result.peak),
        )
        for result in results
    ]
    head = (
        "", "rows", "CPU µs/row", "least", "rows/s per core", "CPU ÷ Arrow", "wall µs/row",
        "spread", "bytes out per row", "peak memory",
    )  # fmt: skip
    notes = "".join(f"- **{r.entry.title}**: {r.entry.note}.\n" for r in results)
    return (
        "## Enrichment\n\nThe first chunk of `orders`, with a table of 95,000 customers: from the "
        "bytes of the message to those for BigQuery. "
        "Both make the same rows (`tests/unit/bench`); nothing is sent.\n\n"
        f"{table(head, rows)}\n{notes}"
    )


def wire(run: Run) -> str:
    if run.wire is None:
        return ""
    found = run.wire
    rows = [
        (name, f"{value:.1f}", times(value / found.arrow))
        for name, value in (
            ("Arrow chunk, zstd: what csvgate publishes", found.arrow),
            ("JSON, one message per record (without the envelope)", found.json),
            ("CSV, as uploaded", found.csv),
        )
    ]
    return (
        f"## Bytes per record in messages\n\nThe first chunk of `orders`, {found.rows:,} "
        "records.\n\n" + table(("", "bytes per record", "÷ Arrow"), rows)
    )


def large_file(large: Large | None) -> str:
    if large is None:
        return ""
    verdict = "all exact and in order" if large.exact else "**not all exact**"
    rows = [
        ("File", f"{large.bytes / 1e9:.2f} GB, {large.rows:,} rows, shuffled unique keys"),
        ("Processors", str(large.processors)),
        ("Memory at most, resident set and `/tmp` together", mebibytes(large.memory)),
        ("– its peak resident set", mebibytes(large.peak)),
        ("– its temporary files, at most", mebibytes(large.files)),
        ("CPU µs/row", micro(large.cpu / large.rows * 1e6)),
        ("Wall", f"{large.wall:.0f} s (another process makes the file at the same time)"),
        ("Rejected rows", f"{large.rejected:,}"),
        ("Faults", f"{large.faults:,}: {verdict}"),
        ("Encoded chunks", f"{large.bytes_out / 1e9:.2f} GB"),
    ]
    return (
        "## A large file\n\nThe file is made while it is validated; it is never stored. Its rows "
        "are those of `sample`, with each order number once, shuffled over the whole file. On "
        "Cloud Run, files in `/tmp` are memory, so both count: the sum of the two peaks, which may "
        "not have come at the same time.\n\n" + table(("", ""), rows, words=True)
    )


def small_files(found: Sequence[Small]) -> str:
    rows = [
        (
            f"{each.size} ({each.bytes:,} bytes), {each.title}",
            milliseconds(each.imports),
            milliseconds(each.first),
            milliseconds(each.again),
            each.heavy,
        )
        for each in found
    ]
    head = ("", "imports", "the first file", "the same file again", "heavy libraries imported")
    return (
        "## Small files\n\nIn a new process. The time of the first file includes loading the "
        "contract and the imports that the file needs; the encoder needs pyarrow for any size.\n\n"
        + table(head, rows)
    )


def cold_starts(
    starts: Sequence[Start], first_upload: FirstUpload | None, no_first_upload: str
) -> str:
    rows = [
        (
            each.function,
            milliseconds(each.imports),
            each.heavy,
            milliseconds(each.listens),
            milliseconds(each.first),
            times(each.over_hello),
            milliseconds(each.again),
            each.outcome,
        )
        for each in starts
    ]
    head = (
        "", "import main", "heavy libraries imported", "start to listening", "start to first 200",
        "÷ hello_world", "second request", "the event",
    )  # fmt: skip
    return (
        "## Cold starts\n\nUnder functions-framework, as deployed; the functions take turns with "
        "`hello_world` (bench/hello), which does nothing. Cloud Storage is a stub that answers at "
        f"once.\n\n{table(head, rows)}\n{_first_upload(starts, first_upload, no_first_upload)}"
    )


def _first_upload(starts: Sequence[Start], found: FirstUpload | None, reason: str) -> str:
    if found is None:
        return (
            "What the first small upload pays in all three functions together was not measured: "
            f"{reason or 'this run left it out'}.\n"
        )
    ours = [each for each in starts if each.function != HELLO_WORLD]
    listening = sum(each.listens for each in ours)
    return (
        "In the local cloud, with emulators of Google's services and functions that listen "
        f"already, the first upload of 100 orders took {milliseconds(found.first)} until its "
        f"completion event, and the next ones {milliseconds(found.later)}: "
        f"{milliseconds(found.added)} for what the three functions make only when they need it, "
        "and for what the emulators do for the first time. "
        f"They start one after the other, each when the one before publishes, so from nothing the "
        f"first small upload pays {milliseconds(listening)} more until they listen, "
        f"**{milliseconds(listening + found.added)}** in all three functions together.\n"
    )
