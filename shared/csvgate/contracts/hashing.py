"""A contract as JSON, and the hash that pins upload plans to it.

The hash leaves out what changes neither records nor loading: the recipients of emails (`notify`),
the object names (`match`, because an upload with a plan has been matched already), `title`,
`description` and the `labels` of the table. Every other property counts, including ones added
later. Only values that differ from the defaults are hashed, so formatting, comments, the order of
keys and written-out defaults do not count, and a new property changes no hash of an existing
contract. The order within `derive` counts, because the order of columns follows from it. A changed
default, or changed code, is covered by the engine version.
"""

import json
from typing import Any, Final

from csvgate.contracts.model import Contract
from csvgate.protocol.identity import digest

_UNHASHED: Final = frozenset(["notify", "match"])
_WORDS: Final = frozenset(["title", "description"])


def contract_hash(contract: Contract) -> str:
    """Return 32 hexadecimal digits, equal for contracts under which an upload results in the same
    rows."""
    hashed = contract.model_dump(
        mode="json", by_alias=True, exclude_defaults=True, exclude=set(_UNHASHED)
    )
    hashed["destination"].pop("labels", None)
    for part in (hashed["schema"], *hashed["schema"]["fields"]):
        for name in _WORDS:
            part.pop(name, None)
    for step in hashed.get("enrich", ()):
        if "derive" in step:
            step["derive"] = list(step["derive"].items())
    return digest("contract", _dump(hashed, sort_keys=True), length=32)


def to_json(contract: Contract) -> str:
    """Return the contract on one line. `from_json` restores an equal contract, including the order
    of keys."""
    return _dump(contract.model_dump(mode="json", by_alias=True), sort_keys=False)


def from_json(text: str) -> Contract:
    """Restores a contract from `to_json`. Raises ValueError for any other text."""
    return Contract.model_validate_json(text, strict=True, by_alias=True, by_name=False)


def _dump(value: Any, *, sort_keys: bool) -> str:
    return json.dumps(
        value, ensure_ascii=False, sort_keys=sort_keys, separators=(",", ":"), allow_nan=False
    )
