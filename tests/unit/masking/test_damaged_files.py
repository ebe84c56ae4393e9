"""Random damage to valid rows never shows a sensitive value: not in examples, messages, events,
dead letters, emails, the ledger or the log."""

import json
import logging
from collections.abc import Callable

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from csvgate.protocol.events import Reason
from csvgate.rejects.summary import Reasons
from csvgate.runtime.log import JsonFormatter
from csvgate.validation.faults import FileFault
from csvgate.validation.sensitive_values import SHORTEST
from csvgate.validation.validate import validate
from unit.masking.people import HEADER, LABELS, everything_said, people

SENSITIVE = ("email", "phone", "iban", "born", "sex")
RULES, WITHOUT_LABELS = people(), people(labels=False)
LETTERS, DIGITS = st.text("abcdefghij", min_size=4, max_size=8), st.text("123456789", min_size=9)

PERSONS = st.fixed_dictionaries(
    {
        "no": st.integers(1, 999).map(lambda n: f"K-{n}"),
        "email": st.builds("{}.{}@{}.example".format, LETTERS, LETTERS, LETTERS),
        "phone": st.text("123456789", min_size=8, max_size=12).map(lambda text: f"+{text}"),
        "iban": st.text("123456789", min_size=20, max_size=20).map(lambda text: f"DE{text}"),
        "born": st.dates().map(str).filter(lambda text: not text.startswith("2026")),
        "sex": st.sampled_from(["female", "divers"]),
        "visits": st.integers(0, 999).map(str),
        "seen": st.just("2026-11-20"),
    }
)
Person = dict[str, str]
Damage = Callable[[str], str]


@st.composite
def inserted(draw: st.DrawFn) -> Damage:
    what = draw(st.sampled_from([",", '"', "\n", ";", " ", "x", "7", "'", '","', "\r", "\0"]))
    where = draw(st.floats(0, 1))
    return lambda text: text[: (at := int(where * len(text)))] + what + text[at:]


@st.composite
def removed(draw: st.DrawFn) -> Damage:
    where = draw(st.floats(0, 1))
    what = draw(st.sampled_from([",", "\n", "@", "-", "."]))

    def remove(text: str) -> str:
        places = [at for at, char in enumerate(text) if char == what]
        at = places[int(where * (len(places) - 1))] if places else len(text)
        return text[:at] + text[at + 1 :]

    return remove


@st.composite
def moved(draw: st.DrawFn) -> Damage:
    """In one line, the cells from one position on are rotated, or two of them change places."""
    where, start, by = draw(st.floats(0, 1)), draw(st.integers(0, 7)), draw(st.integers(1, 7))
    swapped = draw(st.booleans())

    def move(text: str) -> str:
        lines = text.split("\n")
        number = int(where * (len(lines) - 1))
        cells = lines[number].split(",")
        if swapped and len(cells) > max(start, by):
            cells[start], cells[by] = cells[by], cells[start]
        else:
            rest = cells[start:]
            cells[start:] = rest[by % len(rest) :] + rest[: by % len(rest)] if rest else rest
        lines[number] = ",".join(cells)
        return "\n".join(lines)

    return move


@st.composite
def copied(draw: st.DrawFn) -> Damage:
    """In one line, a sensitive cell stands in another column too, perhaps with text around it."""
    where, name = draw(st.floats(0, 1)), draw(st.sampled_from(SENSITIVE))
    column = draw(st.sampled_from([label for label in LABELS if label not in SENSITIVE]))
    before, after = (
        draw(st.sampled_from(["", "x", "<", "' "])),
        draw(st.sampled_from(["", "y", ">"])),
    )

    def copy(text: str) -> str:
        lines = text.split("\n")
        number = 1 + int(where * (len(lines) - 2)) if len(lines) > 2 else 0
        cells = lines[number].split(",")
        if len(cells) == len(LABELS):
            value = cells[LABELS.index(name)]
            cells[LABELS.index(column)] = f"{before}{value}{after}"
        lines[number] = ",".join(cells)
        return "\n".join(lines)

    return copy


DAMAGES = st.lists(st.one_of(copied(), inserted(), removed(), moved()), min_size=1, max_size=4)


def damaged(persons: list[Person], damages: list[Damage], labels: str) -> bytes:
    text = labels + "".join(",".join(person[name] for name in LABELS) + "\n" for person in persons)
    for damage in damages:
        text = damage(text)
    return text.encode()


def secrets(persons: list[Person]) -> set[str]:
    found = {person[name] for person in persons for name in SENSITIVE}
    return {value for value in found if len(value) >= SHORTEST}


def examples(data: bytes, vector_bytes: int) -> tuple[list[Reason], str]:
    """Return the reasons, and the message of the fault of the file."""
    reasons = Reasons(RULES)
    try:
        for batch in validate([data], RULES, vector_bytes=vector_bytes, block_bytes=64):
            for row in batch.rejected:
                reasons.add(row)
    except FileFault as fault:
        return [*reasons.top()], str(fault)
    return [*reasons.top()], ""


@given(
    persons=st.lists(PERSONS, min_size=1, max_size=4),
    damages=DAMAGES,
    labels=st.sampled_from([HEADER, HEADER, HEADER, "", HEADER.replace(",", ";")]),
    vector_bytes=st.sampled_from([1, 1 << 20]),
)
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
def test_examples_and_messages(
    persons: list[Person], damages: list[Damage], labels: str, vector_bytes: int
) -> None:
    reasons, fault = examples(damaged(persons, damages, labels), vector_bytes)
    shown = [each for reason in reasons for each in reason.examples]
    values = "\n".join(each.value or "" for each in shown)
    messages = "\n".join([fault, *(each.message for each in shown)])
    for secret in secrets(persons):
        assert secret not in values
        # The message of an enumeration lists what the contract allows.
        assert secret in ("female", "divers") or secret not in messages


class Lines(logging.Handler):
    """The lines of the log as Cloud Logging gets them."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.setFormatter(JsonFormatter("p", "f"))

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@given(persons=st.lists(PERSONS, min_size=1, max_size=4), damages=DAMAGES)
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@example(persons=[], damages=[])
def test_everything_that_leaves_the_functions(persons: list[Person], damages: list[Damage]) -> None:
    log = Lines()
    logger = logging.getLogger("csvgate")
    logger.addHandler(log)
    try:
        said = everything_said(damaged(persons, damages, HEADER), RULES)
    finally:
        logger.removeHandler(log)
    assert "people/a.csv" in said
    for secret in secrets(persons) - {"female", "divers"}:
        assert secret not in said
        assert secret not in json.dumps(log.lines)
