"""Mask what a letter must not show: the values of columns that a contract marks sensitive."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

from csvgate.contracts.checks.column_names import LINE
from csvgate.contracts.hashing import from_json
from csvgate.contracts.header_labels import fold
from csvgate.contracts.model import Contract
from csvgate.rejects import reject_file
from csvgate.runtime.errors import Failure
from csvgate.validation.sensitive_values import MASK
from csvgate_ops.operate.dead_letters.context import DeadLetterContext
from csvgate_ops.operate.dead_letters.dead_letter import DeadLetter

# A word is searched for an @ from its beginning only, not from each of its characters.
_QUOTED: Final = re.compile(r"'[^']*'|\"[^\"]*\"|(?<![^\s'\"])[^\s'\"]+@[^\s'\"]+")
_MAY_QUOTE_ROWS: Final = ("rows.refused", "unexpected")
"""Codes whose messages come from a library or a service and may quote values of a row."""
OURS: Final = (LINE, reject_file.LINE, reject_file.ERRORS)
"""Columns that csvgate adds, which are never sensitive."""


@dataclass(frozen=True, slots=True)
class Mask:
    columns: frozenset[str] | None
    """Hidden columns: folded field names and header labels. None when no contract is known; then
    every column is hidden."""
    keys: frozenset[str] = frozenset()
    """Folded JSON keys whose values are hidden too."""

    @property
    def hides_nothing(self) -> bool:
        """Return whether there is no column whose cells are hidden."""
        return self.columns is not None and not self.columns

    def hides(self, column: str) -> bool:
        if self.columns is None:
            return column not in OURS
        return fold(column) in self.columns

    def hidden(self, columns: Sequence[str]) -> tuple[str, ...]:
        return tuple(column for column in columns if self.hides(column))

    def cell(self, column: str, value: str) -> str:
        return MASK if value and self.hides(column) else value

    def and_of(self, contract: Contract) -> "Mask":
        """Return a mask that also hides what the contract marks sensitive. Nothing is hidden if
        this mask hides nothing."""
        if self is NOTHING or self.columns is None:
            return self
        return Mask(self.columns | _sensitive([contract]), self.keys)

    def and_unknown(self, columns: Sequence[str], contract: Contract) -> "Mask":
        """Return a mask that also hides those of a file's columns that the contract does not have,
        if this mask hides any: a sensitive column may have come under another label."""
        if not self.columns:
            return self
        fields = contract.schema_.fields
        known = {fold(call) for field in fields for call in (field.name, *field.header_labels)}
        known |= set(map(fold, OURS))
        return Mask(self.columns | {fold(column) for column in columns} - known, self.keys)

    def json(self, value: Any) -> Any:
        """Return the value with masks for every key that is the name of a hidden column, and for
        the examples of faults in hidden columns."""
        if isinstance(value, list):
            return [self.json(item) for item in value]
        if not isinstance(value, dict):
            return value
        found = {key: self._entry(key, item) for key, item in value.items()}
        column = value.get("column")
        example = {"line", "code", "value"} <= value.keys()
        if example and isinstance(column, str) and value["value"] and self.hides(column):
            found["value"] = MASK
        return found

    def _entry(self, key: str, item: Any) -> Any:
        if item is not None and fold(key) in self.keys | (self.columns or frozenset()):
            return MASK
        return self.json(item)


NOTHING: Final = Mask(frozenset())
"""Hides nothing. Used after a reveal that the audit log has recorded."""


def mask_of(letter: DeadLetter, context: DeadLetterContext) -> Mask:
    """Return the mask by the current contract and by the contract that the upload has pinned. For a
    letter without a known dataset it hides everything that any contract marks sensitive."""
    return mask_of_upload(letter.dataset, letter.upload, context)


def mask_of_upload(dataset: str, upload: str, context: DeadLetterContext) -> Mask:
    """Return the same mask for rows of an upload; both texts may be empty."""
    current = context.contracts.for_dataset(dataset) if dataset else None
    contracts = [found for found in (current, contract_of_upload(upload, context)) if found]
    if not contracts:
        return Mask(None, keys=_sensitive([*context.contracts]))
    return Mask(_sensitive(contracts))


def _sensitive(contracts: Collection[Contract]) -> frozenset[str]:
    fields = (field for contract in contracts for field in contract.schema_.fields)
    calls = ((field.name, *field.header_labels) for field in fields if field.sensitive)
    return frozenset(map(fold, (*chain.from_iterable(calls), *_rescued(contracts))))


def _rescued(contracts: Iterable[Contract]) -> Iterator[str]:
    """Yield the columns that may have a sensitive column's cells, which came under another
    label."""
    for schema in (contract.schema_ for contract in contracts):
        if schema.rescues and any(field.sensitive for field in schema.fields):
            yield schema.rescue_column


def message_of(letter: DeadLetter, context: DeadLetterContext) -> str:
    """Return the letter's reason, with values masked that may come from a row."""
    return reason_of(letter.code, letter.message, letter.dataset, context)


def reason_of(code: str, message: str, dataset: str, context: DeadLetterContext) -> str:
    """Return a failure's message, masked like a letter's reason. The ledger repeats such
    messages."""
    if code not in _MAY_QUOTE_ROWS:
        return message
    contract = context.contracts.for_dataset(dataset) if dataset else None
    if contract and not _sensitive([contract]):
        return message
    return _QUOTED.sub(MASK, message)


def pinned_contract(letter: DeadLetter, context: DeadLetterContext) -> Contract | None:
    """Return the contract with which the upload was read; None when the ledger has no entry of
    it."""
    return contract_of_upload(letter.upload, context)


def contract_of_upload(upload: str, context: DeadLetterContext) -> Contract | None:
    """Return the contract with which an upload was read; None when the ledger has no entry of
    it."""
    if not upload:
        return None
    try:
        received = context.ledger.upload(upload).received()
        return from_json(received.contract) if received else None
    except (Failure, ValueError):
        return None
