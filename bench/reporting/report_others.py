"""Enrichment, bytes, memory, starts."""

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
        "## Enrichment\n\nThe same records, from the bytes that arrive to the bytes that are sent "
        "to BigQuery; both make the same rows (`tests/unit/bench`). Nothing is sent.\n\n"
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
            ("JSON, a message per record (without its envelope)", found.json),
            ("CSV, as uploaded", found.csv),
        )
    ]
    return (
        f"## Bytes per record on the wire\n\nThe first chunk, {found.rows:,} records.\n\n"
        + table(("", "bytes per record", "÷ Arrow"), rows)
    )


def large_file(large: Large | None) -> str:
    if large is None:
        return ""
    verdict = "all exact, in order" if large.exact else "**not all exact**"
    rows = [
        ("File", f"{large.bytes / 1e9:.2f} GB, {large.rows:,} rows, a unique key"),
        ("Peak memory", mebibytes(large.peak)),
        ("CPU µs/row", micro(large.cpu / large.rows * 1e6)),
        ("Wall", f"{large.wall:.0f} s (making the file takes the other core, and may be slower)"),
        ("Rejected rows", f"{large.rejected:,}"),
        ("Faults", f"{large.faults:,}: {verdict}"),
        ("Encoded chunks", f"{large.bytes_out / 1e9:.2f} GB"),
    ]
    return (
        "## A large file\n\nMade while it is read: it is never on disk or in memory as a whole.\n\n"
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
    head = ("", "imports", "the first file", "the same again", "heavy libraries in the end")
    return (
        "## Small files\n\nIn a new process. The first file pays for the contract's reading and "
        "for the imports it makes necessary; the encoder needs pyarrow, whatever the size.\n\n"
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
        "", "import main", "heavy libraries in it", "first 200 from nothing", "the second",
        "the event",
    )  # fmt: skip
    return (
        "## Cold starts\n\nUnder functions-framework, as deployed; Cloud Storage is a stub that "
        "answers at once.\n\n" + table(head, rows)
    )
