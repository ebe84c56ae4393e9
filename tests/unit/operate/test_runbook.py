"""The runbook explains every code that can be raised, and no other."""

import re

import pytest

from csvgate.gcp import SERVICES
from csvgate.gcp import errors as gcp
from csvgate.runtime.errors import Permanent
from csvgate.validation.codes import CODES
from csvgate_ops.operate.runbook import CATALOGUE, remedy
from csvgate_ops.operate.runbook.catalogue import SECTIONS
from csvgate_ops.operate.runbook.findings import FINDINGS
from csvgate_ops.operate.runbook.model import OperationalCode, When
from csvgate_ops.operate.runbook.services import service_codes
from csvgate_ops.text import duration
from unit.operate.raised_codes import ROOT, raised

RAISED, COMPUTED = raised()
FROM_THE_PLATFORM = {"platform.max_attempts", "unknown"}
"""Codes of dead letters that no function wrote."""
NEVER_IN_LETTERS = {"breaker.open", "settings.invalid"}


def test_a_code_that_is_computed_is_accounted_for() -> None:
    """They pass on the code of a file fault, which docs/faults.md lists, and of a failure that has
    been raised before."""
    assert [
        "functions/validate_and_parse/intake/handler.py: failure.code",
        "functions/validate_and_parse/intake/publish_seal.py: seal.reasons[0].code",
        "shared/csvgate/csv/header.py: code",
        "shared/csvgate/csv/workbook/workbook.py: fault.code",
    ] == sorted(COMPUTED)


def test_every_raised_code_is_in_the_catalogue() -> None:
    assert set() == RAISED.keys() - CATALOGUE.keys()


def test_every_code_of_the_catalogue_can_be_raised() -> None:
    services = {f"{service}.{suffix}" for service in SERVICES for suffix in suffixes()}
    headers = {code for code in CODES if code.startswith("header.")}
    assert set() == CATALOGUE.keys() - RAISED.keys() - services - headers - FROM_THE_PLATFORM


def suffixes() -> set[str]:
    table = gcp._BY_STATUS.values()
    return {suffix for _, suffix, _ in (*table, gcp._ANY)}


def test_the_codes_of_services_are_those_of_the_translation() -> None:
    translated = {f"{service}.{suffix}" for service in SERVICES for suffix in suffixes()}
    listed = {entry.code for entry in service_codes()}
    assert translated == listed | (translated & RAISED.keys())
    at_once = {s for kind, s, _ in (*gcp._BY_STATUS.values(), gcp._ANY) if kind is Permanent}
    for entry in service_codes():
        expected = When.AT_ONCE if entry.code.split(".")[1] in at_once else When.AFTER_RETRIES
        assert expected == entry.when, entry.code


@pytest.mark.parametrize("code", sorted(RAISED))
def test_when_agrees_with_how_the_code_is_raised(code: str) -> None:
    if code in NEVER_IN_LETTERS:
        expected = When.NEVER
    elif RAISED[code] == {"Permanent", "Transient"}:
        expected = When.EITHER
    else:
        expected = When.AFTER_RETRIES if RAISED[code] == {"Transient"} else When.AT_ONCE
    assert expected == CATALOGUE[code].when


def test_no_code_is_listed_twice() -> None:
    assert len(CATALOGUE) == sum(len(entries) for entries in SECTIONS.values())
    assert set() == CATALOGUE.keys() & {finding.code for finding in FINDINGS}


@pytest.mark.parametrize("entry", CATALOGUE.values(), ids=lambda entry: entry.code)
def test_an_entry_is_written_out(entry: OperationalCode) -> None:
    assert re.fullmatch(r"[A-Z].*[^.]", entry.meaning)
    assert re.fullmatch(r"[A-Z`].*[.?]", entry.remedy)
    assert entry.remedy == remedy(entry.code)


def test_every_finding_of_reconcile_is_explained() -> None:
    folder = ROOT / "ops/csvgate_ops/operate/reconcile"
    source = "".join(path.read_text() for path in folder.glob("*.py"))
    kinds = "counts|rows|rejects|table|upload|event|letter|revoke"
    found = set(re.findall(rf'"((?:{kinds})\.[a-z]+)"', source))
    assert found == {finding.code for finding in FINDINGS}
    assert "time travel" in str(remedy("rows.missing"))


def test_an_unknown_code_has_no_remedy() -> None:
    assert remedy("nothing.such") is None


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "no time"), (1, "1 second"), (60, "1 minute"), (90, "90 seconds"), (2430, "40 minutes"),
     (3600, "1 hour"), (56_430, "15 hours"), (86_400, "1 day"), (172_800, "2 days")],
)  # fmt: skip
def test_durations(seconds: int, words: str) -> None:
    assert words == duration(seconds)
