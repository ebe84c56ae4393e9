"""Deliberate bugs of the engine are caught by its ordinary tests, which shows that these can fail.

Each bug names the tests that are meant for it. They run here once more, in this process: without
a bug all of them pass, and with it one of them fails.
"""

from collections.abc import Callable

import pytest

from mutation import MUTANTS
from mutation.mutant import Test, failure

TESTS = {test: None for mutant in MUTANTS.values() for test in mutant.tests}
"""Each test once, in the order of the bugs."""


@pytest.mark.parametrize("test", TESTS, ids=lambda test: test.__name__)
def test_without_a_bug_the_tests_pass(test: Test) -> None:
    assert failure((test,)) is None


@pytest.mark.parametrize("bug", MUTANTS)
def test_a_bug_is_caught(bug: str) -> None:
    patch, tests = MUTANTS[bug]
    with patch():
        found = failure(tests)
    assert found, f"no test fails although {bug}"


def test_tests_that_pass_catch_nothing() -> None:
    def passes() -> None:
        assert True

    assert failure((passes,)) is None


def test_the_failure_names_the_test_and_its_parameters() -> None:
    @pytest.mark.parametrize("a", [1, pytest.param(2, id="two")])
    @pytest.mark.parametrize(("b", "c"), [("x", 1), pytest.param("y", 2)])
    def fails_once(a: int, b: str, c: int) -> None:
        assert (a, b, c) != (2, "y", 2)

    assert "fails_once('y', 2, 2): AssertionError" in (failure((fails_once,)) or "")


def test_every_bug_names_its_tests(note: Callable[[object], None]) -> None:
    note(f"{len(MUTANTS)} deliberate bugs, {len(TESTS)} tests")
    assert [] == [bug for bug, mutant in MUTANTS.items() if not mutant.tests]
