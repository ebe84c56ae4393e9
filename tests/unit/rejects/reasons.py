"""The summary of the rejected rows of small files."""

from collections.abc import Iterable

from csvgate.contracts.model import Contract
from csvgate.protocol.events import Reason
from csvgate.rejects.summary import Reasons
from unit.validation.files import batches, rejected_rows


def reasons_of(data: bytes, rules: Contract) -> tuple[Reason, ...]:
    found = Reasons(rules)
    for row in rejected_rows(batches(data, rules)):
        found.add(row)
    return found.top()


def example_values(reasons: Iterable[Reason]) -> list[str]:
    return [
        example.value
        for reason in reasons
        for example in reason.examples
        if example.value is not None
    ]
