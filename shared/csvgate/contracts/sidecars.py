"""The names of sidecars: small objects beside uploads, which state the totals of their files."""

from typing import Final

from csvgate.contracts.globs import compile_glob
from csvgate.contracts.match import Contracts
from csvgate.contracts.model import Contract

NAME: Final = "{name}"
"""Stands for the upload's name in `totals.sidecar`."""
STEM: Final = "{stem}"
"""Stands for the upload's name without its extensions."""
_COMPRESSED: Final = (".gz", ".zst", ".bz2", ".xz", ".zip")
_USUAL: Final = tuple(f"{end}{more}" for end in (".csv", ".txt") for more in ("", *_COMPRESSED))
"""The extensions of most files."""


def stem(name: str) -> str:
    """Return the name without its extension, and without the one of a compressed file after it:
    `orders/may.csv` and `orders/may.csv.gz` are both `orders/may`."""
    for end in _COMPRESSED:
        if (rest := name.removesuffix(end)) != name and _extension(rest):
            name = rest
            break
    return name.removesuffix(_extension(name))


def sidecar_name(template: str, name: str) -> str:
    """Return the name of the sidecar of an upload with this name."""
    return template.replace(STEM, stem(name)).replace(NAME, name)


def sidecar_owner(name: str, contracts: Contracts) -> Contract | None:
    """Return the contract to whose uploads the object with this name is a sidecar; None if there is
    none. An upload of another contract is not a sidecar."""
    for contract in contracts:
        template = contract.totals.sidecar if contract.totals is not None else None
        if template is not None and _is_sidecar(name, template, contract.match):
            other = contracts.for_object(name)
            return contract if other is None or other is contract else None
    return None


def _is_sidecar(name: str, template: str, match: tuple[str, ...]) -> bool:
    """Return whether an upload that matches one of the patterns can have this sidecar. The
    extension of that upload is not known, so those of the patterns and the usual ones are tried."""
    part = NAME if NAME in template else STEM
    before, _, after = template.partition(part)
    if len(name) < len(before) + len(after) or not name.startswith(before):
        return False
    if not name.endswith(after):
        return False
    inner = name[len(before) : len(name) - len(after)]
    if part == NAME:
        return any(compile_glob(pattern).matches(inner) for pattern in match)
    ends = {pattern.removeprefix(stem(pattern)) for pattern in match} | {"", *_USUAL}
    candidates = [inner + end for end in ends if stem(inner + end) == inner]
    return any(compile_glob(p).matches(each) for p in match for each in candidates)


def _extension(name: str) -> str:
    """Return the part of an object's name from its last dot on; empty if its last component has
    none, or begins with it."""
    last = name.rpartition("/")[2]
    before, dot, after = last.rpartition(".")
    return dot + after if before else ""
