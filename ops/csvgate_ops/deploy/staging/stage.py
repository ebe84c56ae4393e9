"""Build for each function a folder with everything that it needs and nothing else.

It contains the function's files, the modules of `csvgate` that they import, the locked requirements
and the bundle of contracts (`csvgate.contracts.bundle_format`). The same commit always gives the
same contents, times and modes.

`csvgate_ops` is not part of a function, with one exception: the deployed console contains the
modules that it imports, with the templates and static files beside them.

The bundle does not count for the digest, so that a changed contract does not rebuild a function. It
only saves a read at a cold start while the bundle in use is the same.
"""

import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from csvgate.contracts.bundle import make_bundle
from csvgate.contracts.bundle_format import CACHED, MAX_BUNDLE_BYTES, bundle_name, digest_of
from csvgate.contracts.load import load_directory
from csvgate.contracts.match import Contracts
from csvgate.enrichment.judging.assumed import expression_mistakes
from csvgate_ops.deploy import DeployError
from csvgate_ops.deploy.staging.reachable_modules import reachable
from csvgate_ops.deploy.topology.model import CONSOLE, Topology

EPOCH = 315_619_200
"""1980-01-02: the earliest date that a zip file can hold in every time zone."""
LEFT_OUT = {".in", ".pyc", ".typed"}
BESIDE = ("templates", "static")
"""Folders of a package that are not Python, and that its modules need."""
Files = Mapping[PurePosixPath, bytes]


@dataclass(frozen=True, slots=True)
class Staged:
    folder: Path
    digest: str
    """A digest of names and contents without the bundle, as 40 hexadecimal digits."""
    files: int
    bytes: int


def stage(root: Path, out: Path, topology: Topology) -> dict[str, Staged]:
    """Write `out/FUNCTION` for each function and replace its previous contents. Raises DeployError,
    ContractError."""
    bundle = stage_bundle(checked_contracts(root), out)
    staged = {}
    for name, function in topology.functions.items():
        files = contents(root, root / function.source)
        staged[name] = write(files, {PurePosixPath("contracts", CACHED): bundle}, out / name)
    if topology.console is not None:
        files = contents(root, root / topology.console.source, with_ops=True)
        cached = {PurePosixPath("contracts", CACHED): bundle}
        staged[CONSOLE] = write(files, cached, out / CONSOLE)
    return staged


def checked_contracts(root: Path) -> Contracts:
    """Return the contracts in `root`, with their expressions checked as far as that is possible
    without the types of references, which are not known here. Raises ContractError."""
    return load_directory(root / "contracts", further=lambda each: expression_mistakes(each, {}))


def stage_bundle(contracts: Contracts, out: Path) -> bytes:
    """Write the bundle of the contracts below `out`, under the name that it has in the bucket, as
    the only one there, and return it. Raises DeployError if it is too large."""
    bundle = make_bundle(contracts)
    if len(bundle) > MAX_BUNDLE_BYTES:
        raise DeployError(
            f"the contracts take {len(bundle):,} bytes as JSON; at most {MAX_BUNDLE_BYTES:,} can "
            "be deployed. Shorten the longest lists of allowed values, or move them to references"
        )
    file = out / bundle_name(digest_of(bundle))
    if file.parent.exists():
        shutil.rmtree(file.parent)
    file.parent.mkdir(parents=True)
    file.write_bytes(bundle)
    return bundle


def contents(root: Path, source: Path, *, with_ops: bool = False) -> dict[PurePosixPath, bytes]:
    """Return a map from relative path to bytes. Raises DeployError if a required file is missing,
    or if a function imports `csvgate_ops` and `with_ops` does not allow that."""
    for needed in ("main.py", "requirements.txt"):
        if not (source / needed).is_file():
            raise DeployError(f"{source / needed} is missing: the function cannot be built")
    found = dict(_read(source, source, PurePosixPath()))
    shared = root / "shared"
    ops = root / "ops"
    for module in reachable(source, shared, ops):
        if module.is_relative_to(shared):
            found[PurePosixPath(module.relative_to(shared))] = module.read_bytes()
        elif not with_ops:
            raise DeployError(
                f"{source.name} imports {module.relative_to(ops)}: the operators' tools are not "
                "part of a function. Move what it needs to shared/csvgate"
            )
        else:
            found[PurePosixPath(module.relative_to(ops))] = module.read_bytes()
            found.update(_beside(module.parent, ops))
    return found


def _beside(package: Path, ops: Path) -> Iterator[tuple[PurePosixPath, bytes]]:
    for folder in (package / name for name in BESIDE):
        yield from _read(folder, ops, PurePosixPath())


def digest(files: Files) -> str:
    hashed = hashlib.sha256()
    for path, data in sorted(files.items()):
        for part in (str(path).encode(), data):
            hashed.update(len(part).to_bytes(8, "big") + part)
    return hashed.hexdigest()[:40]


def write(files: Files, cached: Files, folder: Path) -> Staged:
    """Write both into the folder; `cached` does not count for the digest."""
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    every = {**files, **cached}
    for path, data in every.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    for entry in [folder, *folder.rglob("*")]:
        entry.chmod(0o755 if entry.is_dir() else 0o644)
        os.utime(entry, (EPOCH, EPOCH))
    return Staged(folder, digest(files), len(every), sum(map(len, every.values())))


def _read(folder: Path, base: Path, under: PurePosixPath) -> Iterator[tuple[PurePosixPath, bytes]]:
    for file in sorted(folder.rglob("*")):
        inside = file.relative_to(base)
        hidden = any(p.startswith(".") or p == "__pycache__" for p in inside.parts)
        if file.is_file() and not hidden and file.suffix not in LEFT_OUT:
            yield under / inside.as_posix(), file.read_bytes()
