"""The parts of the report on enrichment, bytes per record, memory, small files and cold starts."""

from collections.abc import Sequence

from bench.processes.cold_start import Start
from bench.processes.large import Large
from bench.reporting.goals import ratio
from bench.reporting.markdown import mebibytes, micro, milliseconds, percent, rate, table, times
from bench.run import Run, Small
from bench.runner import Result


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
        "## Enrichment\n\nThe same records, from the bytes of the message to those for BigQuery. "
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
        f"## Bytes per record in messages\n\nThe first chunk, {found.rows:,} records.\n\n"
        + table(("", "bytes per record", "÷ Arrow"), rows)
    )


def large_file(large: Large | None) -> str:
    if large is None:
        return ""
    verdict = "all exact and in order" if large.exact else "**not all exact**"
    rows = [
        ("File", f"{large.bytes / 1e9:.2f} GB, {large.rows:,} rows, a unique key"),
        ("Peak resident set, unique keys included", mebibytes(large.peak)),
        ("Temporary files, at most (memory on Cloud Run)", mebibytes(large.files)),
        ("CPU µs/row", micro(large.cpu / large.rows * 1e6)),
        ("Wall", f"{large.wall:.0f} s (another process makes the file at the same time)"),
        ("Rejected rows", f"{large.rejected:,}"),
        ("Faults", f"{large.faults:,}: {verdict}"),
        ("Encoded chunks", f"{large.bytes_out / 1e9:.2f} GB"),
    ]
    return (
        "## A large file\n\nThe file is made while it is validated; it is never stored.\n\n"
        + table(("", ""), rows, words=True)
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


def cold_starts(starts: Sequence[Start]) -> str:
    rows = [
        (
            each.function,
            milliseconds(each.imports),
            each.heavy,
            milliseconds(each.first),
            milliseconds(each.again),
            each.outcome,
        )
        for each in starts
    ]
    head = (
        "", "import main", "heavy libraries imported", "start to first 200", "second request",
        "the event",
    )  # fmt: skip
    return (
        "## Cold starts\n\nUnder functions-framework, as deployed. Cloud Storage is a stub that "
        "answers at once.\n\n" + table(head, rows)
    )
