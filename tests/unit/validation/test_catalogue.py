"""The list of codes is complete, used and documented, and each example has its fault."""

import re
from pathlib import Path

import pytest

from csvgate.types.registry import FIELD_TYPES
from csvgate.validation.codes import CODES
from csvgate.validation.docs import faults_of, faults_page
from csvgate.validation.examples import EXAMPLES

ROOT = Path(__file__).resolve().parents[3]
PREFIXES = {code.split(".")[0] for code in CODES}
LITERAL = re.compile(rf'"((?:{"|".join(sorted(PREFIXES))})\.[a-z_]+)"')
LIST = sorted((ROOT / "shared/csvgate/validation/codes").glob("*.py"))
EXAMPLE_LIST = ROOT / "shared/csvgate/validation/examples.py"
ENGINE = (
    "types",
    "csv",
    "validation",
    "unique",
    "rejects",
    "references",
    "chunks",
    "totals",
    "enrichment/judging",
)
SOURCES = [
    ROOT / "shared/csvgate/contracts/constraints.py",
    ROOT / "shared/csvgate/protocol/verdict.py",
    *(
        path
        for folder in (
            *(f"shared/csvgate/{room}" for room in ENGINE),
            "functions/validate_and_parse",
            "functions/enrich_records/enrichment/effects",
        )
        for path in sorted((ROOT / folder).rglob("*.py"))
        if path not in (*LIST, EXAMPLE_LIST)
    ),
]

FAILURES = {"upload.killed"}
"""Codes of failures, which operators read, under a prefix that faults have too."""


def used() -> set[str]:
    return {code for path in SOURCES for code in LITERAL.findall(path.read_text())}


def test_the_codes_in_the_code_are_those_of_the_list() -> None:
    assert set(CODES) | FAILURES == used()


def test_no_code_is_listed_twice() -> None:
    text = "".join(path.read_text() for path in LIST)
    listed = re.findall(r'\bCode\(\s*"([a-z_.]+)"', text)
    of_types = [fault.code for kind in FIELD_TYPES.values() for fault in kind.faults]
    assert sorted(CODES) == sorted([*listed, *of_types])


@pytest.mark.parametrize("code", EXAMPLES)
def test_an_example_has_its_fault_alone(code: str) -> None:
    assert [code] == [fault.code for fault in faults_of(EXAMPLES[code])]


def test_only_faults_found_before_the_file_is_read_lack_an_example() -> None:
    """Faults of corrections depend on the ledger, the others on the upload's name and size, on its
    sidecar, and on the time that reading it takes."""
    without = {code for code in set(CODES) - set(EXAMPLES) if not code.startswith("correction.")}
    assert {
        "file.gone",
        "file.identical",
        "file.overwrite",
        "file.sidecar_missing",
        "file.sidecar_unreadable",
        "file.too_large",
        "file.too_large_to_finish",
        "file.too_many_chunks",
        "file.too_slow",
        "unique.in_table",
        "upload.identical",
        "upload.superseded",
    } == without


def test_an_entry_is_written_for_the_uploader() -> None:
    """The title is a phrase, and the meaning is one or more complete sentences."""
    for code in CODES.values():
        assert code.title[:1].isupper(), code
        assert not code.title.endswith("."), code
        assert code.meaning.endswith("."), code


def test_the_documentation_is_current() -> None:
    assert faults_page() == (ROOT / "docs" / "faults.md").read_text()
