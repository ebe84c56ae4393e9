"""How a resource of Cloud Monitoring differs from its file."""

import json
from collections.abc import Iterator
from typing import Any

_LONGEST = 120
"""Characters of a shown value. Filters and whole lists of conditions are longer."""


def differs(wanted: Any, found: Any) -> bool:
    """Return whether a value of `wanted` differs; what the service adds itself does not count."""
    return next(differences(wanted, found), None) is not None


def differences(wanted: Any, found: Any, path: str = "") -> Iterator[str]:
    """Yield `path: old → new` for each value of `wanted` that differs; what the service adds itself
    does not count."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        for key, item in wanted.items():
            yield from differences(item, found.get(key), f"{path}.{key}" if path else key)
    elif isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        for at, (item, there) in enumerate(zip(wanted, found, strict=True)):
            yield from differences(item, there, f"{path}[{at}]")
    # The service leaves out zeros and empty strings, and returns 64-bit integers as strings.
    elif (wanted or found is not None) and wanted != found and str(wanted) != str(found):
        yield f"{path}: {_shown(found)} → {_shown(wanted)}"


def _shown(value: Any) -> str:
    if value is None or value == "":
        return "none"
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
