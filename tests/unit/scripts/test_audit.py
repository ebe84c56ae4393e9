"""How pip-audit's output is interpreted."""

from unit.scripts.script import load

audit = load("audit")


def test_a_mirror_without_advisories_does_not_count_as_an_audit() -> None:
    found = audit.judge("r.txt", [{"name": "a", "skip_reason": "not found on PyPI"}])
    assert (0, ("a",), ()) == (found.known, found.unknown, found.vulnerable)


def test_nothing_wrong() -> None:
    found = audit.judge("r.txt", [{"name": "a", "version": "1", "vulns": []}])
    assert (1, (), ()) == (found.known, found.unknown, found.vulnerable)


def test_a_vulnerability_names_its_fix() -> None:
    flaw = {"id": "PYSEC-2026-1", "fix_versions": ["1.1", "2.0"]}
    found = audit.judge("r.txt", [{"name": "a", "version": "1", "vulns": [flaw]}])
    assert ("r.txt: a 1 has PYSEC-2026-1; fixed in 1.1, 2.0: run `make lock UPGRADE=1`",) == (
        found.vulnerable
    )


def test_a_vulnerability_without_a_fix() -> None:
    found = audit.judge("r.txt", [{"name": "a", "version": "1", "vulns": [{"id": "X"}]}])
    assert "fixed in no version yet" in found.vulnerable[0]
