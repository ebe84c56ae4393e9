"""A contract as canonical text, and as the hash that pins plans to it.

The hash leaves out what changes neither records nor loading: who is told (`notify`), which object
names are matched (`match`: an upload at hand has been matched), and `title` and `description`. All
else counts, also what is new here tomorrow. It is taken over the values that are not defaults, so
formatting, comments, order of keys and spelt-out defaults do not count, and a new property changes
no old contract's hash; the order within `derive` counts, as the order of the columns comes of it.
What another default or other code makes of the same contract is the engine version's to tell.
"""

import json
from typing import Any, Final

from csvgate.contracts.model import Contract
from csvgate.protocol.identity import digest

_UNHASHED: Final = frozenset(["notify", "match"])
_UNHASHED_IN_FIELDS: Final = frozenset(["title", "description"])


def contract_hash(contract: Contract) -> str:
    """32 hex digits, equal for contracts under which an upload gives the same rows."""
    whole = contract.model_dump(
        mode="json", by_alias=True, exclude_defaults=True, exclude=set(_UNHASHED)
    )
    for field in whole["schema"]["fields"]:
        for name in _UNHASHED_IN_FIELDS:
            field.pop(name, None)
    for step in whole.get("enrich", ()):
        if "derive" in step:
            step["derive"] = list(step["derive"].items())
    return digest("contract", _dump(whole, sort_keys=True), length=32)


def to_json(contract: Contract) -> str:
    """The whole contract in one line; `from_json` gives it back equal, orders included."""
    return _dump(contract.model_dump(mode="json", by_alias=True), sort_keys=False)


def from_json(text: str) -> Contract:
    """Raises ValueError for a text that is no contract's."""
    return Contract.model_validate_json(text, strict=True, by_alias=True, by_name=False)


def _dump(value: Any, *, sort_keys: bool) -> str:
    return json.dumps(
        value, ensure_ascii=False, sort_keys=sort_keys, separators=(",", ":"), allow_nan=False
    )
