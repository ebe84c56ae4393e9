"""Words of libraries and services are cut where a message is made."""

import ast
import json
import logging
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import functions_framework
import pytest
from pydantic import BaseModel, ConfigDict, ValidationError

from csvgate.runtime.errors import Permanent, Transient
from csvgate.runtime.failure_boundary import classify
from csvgate.runtime.library_words import library_words, names_in, places, service_words
from csvgate.runtime.log import JsonFormatter
from fakes.pubsub import FakePublisher
from unit.masking.ast_of_handlers import OURS, leaks
from unit.runtime.test_failure_boundary import EVENT, Scripted, failure_boundary

ROOT = Path(__file__).resolve().parents[3]
SECRET = "Ann Smith"
RUNTIME = sorted(
    path
    for path in [*ROOT.glob("shared/**/*.py"), *ROOT.glob("functions/**/*.py")]
    # These quote contracts, which hold no rows.
    if not path.is_relative_to(ROOT / "shared" / "csvgate" / "contracts")
)


class Entry(BaseModel):
    model_config = ConfigDict(extra="forbid")
    at: int


def invalid(text: str) -> Exception:
    with pytest.raises(ValidationError) as caught:
        Entry.model_validate_json(text)
    return caught.value


def test_of_an_exception_only_the_class_is_left() -> None:
    assert "KeyError" == library_words(KeyError(SECRET))
    assert "ValueError" == library_words(ValueError(f"could not convert {SECRET}"))
    assert "FileNotFoundError: No such file or directory" == library_words(
        FileNotFoundError(2, SECRET, SECRET)
    )


def test_of_wrong_json_the_names_of_fields_are_left() -> None:
    assert "at: int_parsing" == library_words(invalid(f'{{"at": "{SECRET}"}}'))
    assert "…: extra_forbidden" == library_words(invalid(f'{{"at": 1, "{SECRET}": 1}}'))
    assert "json_invalid" == library_words(invalid(SECRET))
    many = library_words(invalid(json.dumps({"at": 1, **{f"k{n}": 1 for n in range(9)}})))
    assert many.endswith("; 4 more")


@pytest.mark.parametrize(
    "text",
    [
        f"bad value '{SECRET}' in a row",
        f'bad value "{SECRET}" in a row',
        f"bad value `{SECRET}` in a row",
        f"the table doesn't have '{SECRET}' in a row",
        f"bad b'{SECRET}' in a row",
        f"bad value='{SECRET}' in a row",
        "bad O'Neill, see 'Ann Smith' in a row",
        f"in a row 'that is not closed {SECRET}",
        f'in a row "{SECRET}\\" still {SECRET}" x',
        f"in a row\n'{SECRET}\n{SECRET}'",
    ],
)
def test_of_a_service_the_words_outside_of_quotes_are_left(text: str) -> None:
    cut = service_words(text)
    assert SECRET not in cut
    assert "in a row" in cut
    assert "\n" not in cut


def test_addresses_and_queries_are_cut_and_permissions_kept() -> None:
    assert "to … denied" == service_words("to ann@example.com denied")
    assert "at /o?… (x)" == service_words("at /o?upload_id=1 (x)")
    assert "needs 'storage.objects.get' on …" == service_words(
        "needs 'storage.objects.get' on 'ann.smith'"
    )


def test_only_known_names_are_taken_from_an_error_about_a_row() -> None:
    assert ["amount", "born"] == names_in(f"amount of {SECRET}, born; amount", {"born", "amount"})


def test_an_unexpected_exception_is_reported_by_its_place() -> None:
    try:
        int(SECRET)
    except ValueError as error:
        found = classify(error)
    assert "unexpected" == found.code
    assert found.message.startswith("ValueError at unit/masking/test_library_words.py:")
    assert SECRET not in found.message


def test_the_log_has_the_places_of_all_causes_without_their_words() -> None:
    try:
        try:
            int(SECRET)
        except ValueError as error:
            raise Permanent("a.code", "our words") from error
    except Permanent as failure:
        record = logging.LogRecord("csvgate", 40, "x", 1, "m", (), None)
        record.exc_info = (type(failure), failure, failure.__traceback__)
        entry = json.loads(JsonFormatter("p", "f").format(record))["exception"]
    assert SECRET not in entry
    assert ["a.code: our words", "ValueError"] == [
        line for line in entry.splitlines() if not line.startswith(" ")
    ]
    assert 2 == entry.count("test_library_words.py:")


def test_places_of_exceptions_that_cause_each_other_end() -> None:
    first, second = KeyError("a"), ValueError("b")
    first.__cause__, second.__cause__ = second, first
    assert "KeyError\nValueError" == places(first)


def found_leaks(path: Path) -> Iterator[str]:
    for line, text in leaks(ast.parse(path.read_text())):
        yield f"{path.relative_to(ROOT)}:{line}: {text}"


def test_no_module_repeats_the_words_of_a_library() -> None:
    """An exception that is not ours only reaches a message through the functions that cut it."""
    assert 100 < len(RUNTIME)
    assert [] == [leak for path in RUNTIME for leak in found_leaks(path)]


@pytest.mark.parametrize(
    "body",
    [
        "raise Permanent('a', f'{error}')",
        "raise Permanent('a', f'{error!r:.80}')",
        "raise Permanent('a', str(error))",
        "log('ERROR', repr(error))",
        "raise Permanent('a', 'x %s' % error)",
        "raise Permanent('a', 'x {}'.format(error))",
        "raise Permanent('a', error.args[0])",
        "text = error.message",
        "print(error)",
    ],
)
def test_the_rule_can_fail(body: str) -> None:
    caught = "try:\n    f()\nexcept {} as error:\n    {}\n"
    assert list(leaks(ast.parse(caught.format("ValueError", body))))
    assert list(leaks(ast.parse(caught.format("(CellFault, OSError)", body))))
    assert not list(leaks(ast.parse(caught.format(sorted(OURS)[0], body))))


def test_the_boundary_raises_without_causes() -> None:
    """The platform writes what a function raises, with all its causes, to the log."""
    cause = Transient("t.code", "later")
    cause.__cause__ = ValueError(SECRET)
    for error in (ValueError(SECRET), cause):
        with pytest.raises(Transient) as caught:
            failure_boundary(Scripted(handle=error), FakePublisher("letters"))(EVENT)
        assert SECRET not in "".join(traceback.format_exception(caught.value))


FUNCTION = f"""
import functions_framework
from fakes.pubsub import FakePublisher
from unit.runtime.test_failure_boundary import Scripted, failure_boundary

@functions_framework.cloud_event
def function(event):
    try:
        int("{SECRET}")
    except ValueError as error:
        failure_boundary(Scripted(handle=error), FakePublisher("letters"))(event)
"""


def test_the_platform_logs_no_words_of_a_row(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """The functions framework logs an exception with its traceback, and Flask answers 500."""
    source = tmp_path / "main.py"
    source.write_text(FUNCTION)
    create_app: Any = functions_framework.create_app  # has no types
    client = create_app("function", str(source)).test_client()
    headers = {"ce-id": "1", "ce-source": "s", "ce-type": "t", "ce-specversion": "1.0"}
    answer = client.post("/", headers=headers, json={})
    assert 500 == answer.status_code
    out, err = capfd.readouterr()
    # pytest's own handler formats csvgate's entries without the function's formatter.
    platform = [caplog.handler.format(r) for r in caplog.records if r.name != "csvgate"]
    written = "".join([answer.text, out, err, *platform])
    assert "unexpected: ValueError at" in written
    assert SECRET not in written
