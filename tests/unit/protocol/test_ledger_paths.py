"""The table of the ledger's objects: complete, without ambiguity, and the only source of names."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from csvgate.protocol.ledger import (
    content_entries,
    content_paths,
    day_entries,
    day_paths,
    effect_entries,
    effect_paths,
    entries,
    job_entries,
    job_paths,
    paths,
)
from csvgate.protocol.ledger.entries import Entry
from csvgate.protocol.ledger.paths import FAILURE_NOTE, REFERENCE, EntryPath, LedgerPath

ROOT = Path(__file__).resolve().parents[3]
TABLE = tuple(
    kind
    for module in (paths, effect_paths, content_paths, day_paths, job_paths)
    for kind in module.TABLE
)
PATHS = ("paths.py", "effect_paths.py", "content_paths.py", "day_paths.py", "job_paths.py")
NESTED = {
    "Entry",
    "CurrentRows",
    "ReplacedTable",
    "RevokedLoad",
    "ScopeState",
    "PinnedReference",
    "StagedChunk",
    "Bounds",
    "PendingCommit",
    "SharedAppend",
    "ListedOutcome",
}
"""Models that are parts of entries, not entries."""


def parts(path: LedgerPath) -> dict[str, int | str]:
    """A value for each part of the template."""
    names = re.findall(r"\{(\w+)(:\w+)?\}", path.template)
    given = {name: at + 1 if spec else f"{name}_{at}" for at, (name, spec) in enumerate(names)}
    if path is FAILURE_NOTE:
        given["code"] = "stream.gone"
    return given


@pytest.mark.parametrize("path", TABLE, ids=lambda path: path.template)
def test_a_name_is_parsed_back_into_its_parts_by_its_own_path_alone(path: LedgerPath) -> None:
    given = parts(path)
    name = path.name(**given)
    assert {path.template: given} == {
        other.template: found for other in TABLE if (found := other.parse(name)) is not None
    }


@pytest.mark.parametrize("path", TABLE, ids=lambda path: path.template)
def test_prefixes_are_the_start_of_the_name(path: LedgerPath) -> None:
    given = parts(path)
    name = path.name(**given)
    for known in range(len(given) + 1):
        some = dict(list(given.items())[:known])
        assert name.startswith(path.prefix(**some))
        assert path.folder(**some).endswith("/")
        assert path.prefix(**some).startswith(path.folder(**some))


def test_every_object_has_an_entry_except_copies_of_references() -> None:
    assert [REFERENCE] == [path for path in TABLE if not isinstance(path, EntryPath)]


def test_every_entry_has_a_path() -> None:
    models = {
        name
        for name, model in {
            **vars(entries),
            **vars(effect_entries),
            **vars(content_entries),
            **vars(day_entries),
            **vars(job_entries),
        }.items()
        if isinstance(model, type) and issubclass(model, BaseModel) and issubclass(model, Entry)
    }
    used = {path.entry.__name__ for path in TABLE if isinstance(path, EntryPath)}
    assert models - NESTED == used


def test_the_documentation_lists_every_object() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text()
    for path in TABLE:
        assert f"| `{path.shown}` | {path.purpose} |" in page, "run `make docs`"


def test_no_module_spells_a_ledger_path_itself() -> None:
    """The table is the only place in the code that knows how an object's name begins."""
    roots = sorted({path.template.partition("{")[0] for path in TABLE})
    literal = re.compile(rf"""f?["']({"|".join(map(re.escape, roots))})["'{{]""")
    sources = [
        source
        for folder in ("shared", "functions", "ops")
        for source in sorted((ROOT / folder).rglob("*.py"))
        if source.name not in PATHS and source.parent.name != "eventarc"
    ]
    assert sources
    assert [] == [
        f"{source.relative_to(ROOT)}: {found[0]}"
        for source in sources
        for found in literal.finditer(source.read_text())
    ]
