"""A contract as canonical text, and as the hash that pins plans to it.

The hash leaves out what changes neither records nor loading: who is told (`notify`), which object
names are matched (`match`: an upload at hand has been matched), and `title` and `description`. All
else counts, also what is new here tomorrow. It is taken over the values, so formatting, comments,
order of keys and spelt-out defaults do not count.
"""

import json
from typing import Any, Final

from csvgate.contracts.model import Contract
from csvgate.identity import digest

_UNHASHED: Final = frozenset(["notify", "match"])
_UNHASHED_IN_FIELDS: Final = frozenset(["title", "description"])


def contract_hash(contract: Contract) -> str:
    """32 hex digits, equal for contracts under which an upload gives the same rows."""
    whole = contract.model_dump(mode="json", by_alias=True, exclude=set(_UNHASHED))
    for field in whole["schema"]["fields"]:
        for name in _UNHASHED_IN_FIELDS:
            del field[name]
    return digest("contract", _canonical(whole), length=32)


def to_json(contract: Contract) -> str:
    """The whole contract in one line of canonical JSON; `from_json` gives it back equal."""
    return _canonical(contract.model_dump(mode="json", by_alias=True))


def from_json(text: str) -> Contract:
    """Raises ValueError for a text that is no contract's."""
    return Contract.model_validate_json(text, strict=True, by_alias=True, by_name=False)


def _canonical(value: Any) -> str:
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )
