"""The part of the report that has a line for each shape, and the stages of shapes that are slow."""

from bench.reporting.goals import is_exact
from bench.reporting.markdown import mebibytes, micro, table, times
from bench.reporting.report_bounds import BOUNDS
from bench.reporting.results import Run, ShapeRun
from bench.runner import Result, ratio, wall_ratio
from bench.stage_names import ALL_STAGES

_UNKNOWN = "–"


def shapes(run: Run) -> str:
    head = (
        "shape", "rows", "stored bytes/row", "CPU µs/row", "pyarrow", "÷ pyarrow", "pydantic",
        "faster", "polars", "faster", "wall µs/row", "two processors", "two ÷ one", "peak memory",
        "two processors", "faults",
    )  # fmt: skip
    rows = [_row(shape) for shape in run.shapes.values()]
    notes = "".join(f"- **{name}**: {made.shape.note}.\n" for name, made in run.shapes.items())
    return (
        "## Shapes of files\n\n"
        "csvgate end to end (bytes to encoded chunks, reject file, reasons) and, for the same "
        "file, pyarrow's bare parse (columns of text, nothing is checked), pydantic and polars "
        "(the contract's rules, no output). Times are CPU µs per row unless they say wall; “÷ "
        "pyarrow” is csvgate's CPU divided by pyarrow's, “faster” is the other tool's divided by "
        "csvgate's.\n\n"
        f"{table(head, rows)}\n"
        f"Geometric mean of “÷ pyarrow”: **{times(run.mean_over_parse)}** "
        f"({', '.join(f'`{r.shape.name}`' for r in run.shapes.values() if r.shape.average)}).\n\n"
        f"{notes}{_left_out(run)}{_stages(run)}"
    )


def _row(made: ShapeRun) -> tuple[str, ...]:
    found = made.results
    ours, two = found["csvgate_encoded"], found.get("csvgate_two")
    score = ours.score
    faults = _UNKNOWN
    if score:
        faults = f"{score.faults_found:,} exact"
        if not is_exact(made):
            faults += f", **{score.faults_missed:,} missed, {score.faults_false:,} false**"
    return (
        f"`{made.shape.name}`",
        f"{made.rows:,}",
        f"{made.file_bytes / made.rows:.0f}",
        micro(ours.cpu.median),
        micro(found["pyarrow_parse"].cpu.median),
        times(made.over_parse),
        *_other(ours, found.get("pydantic_rows")),
        *_other(ours, found.get("polars_mask")),
        micro(ours.wall.median),
        micro(two.wall.median) if two else _UNKNOWN,
        f"{wall_ratio(ours, two):.2f}" if two else _UNKNOWN,
        mebibytes(ours.peak),
        mebibytes(two.peak) if two else _UNKNOWN,
        faults,
    )


def _other(ours: Result, theirs: Result | None) -> tuple[str, str]:
    if theirs is None:
        return _UNKNOWN, _UNKNOWN
    return micro(theirs.cpu.median), times(ratio(ours, theirs))


def _left_out(run: Run) -> str:
    found: dict[tuple[str, str], list[str]] = {}
    for name, made in run.shapes.items():
        for left_out in made.left_out.items():
            found.setdefault(left_out, []).append(f"`{name}`")
    return "".join(
        f"- **{title}** was not measured on {', '.join(names)}: {why}.\n"
        for (title, why), names in found.items()
    )


def _stages(run: Run) -> str:
    slow = [made for made in run.shapes.values() if made.stages]
    if not slow:
        return ""
    rows = [
        (
            f"`{made.shape.name}`",
            *(micro(made.stages[stage]) for stage in ALL_STAGES),
            micro(sum(made.stages.values())),
        )
        for made in slow
    ]
    return (
        "\n### Where the time goes\n\n"
        "CPU µs per row of each stage, for the shapes that need more than their goal allows: one "
        "more run, with a clock around the engine's functions, which itself adds to the whole. "
        "Reading includes decompressing and decoding; “other” is what no stage has, above all "
        "joining columns.\n\n" + table(("shape", *ALL_STAGES, "whole"), rows) + BOUNDS
    )
