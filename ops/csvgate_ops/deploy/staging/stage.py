"""Staging: for each function a folder with all that it needs and nothing else.

The function's files, the modules of `csvgate` that they reach, the contracts, and the locked
requirements. The same commit gives the same bytes: contents, times and modes.
"""

import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from csvgate.contracts.load import load_directory
from csvgate_ops.deploy import DeployError
from csvgate_ops.deploy.staging.reachable_modules import reached
from csvgate_ops.deploy.topology.model import Topology

EPOCH = 315_619_200
"""1980-01-02: a zip knows no earlier day, in any time zone."""
LEFT_OUT = {".in", ".pyc", ".typed"}
Files = Mapping[PurePosixPath, bytes]


@dataclass(frozen=True, slots=True)
class Staged:
    folder: Path
    digest: str
    """Of names and contents: 40 hexadecimal digits."""
    files: int
    bytes: int


def stage(root: Path, out: Path, topology: Topology) -> dict[str, Staged]:
    """Write `out/FUNCTION` for each function, replacing what was there. Raises DeployError,
    ContractError."""
    load_directory(root / "contracts")  # what is wrong with contracts is to be said before a deploy
    staged = {}
    for name, function in topology.functions.items():
        files = contents(root, root / function.source)
        staged[name] = write(files, out / name)
    return staged


def contents(root: Path, source: Path) -> Files:
    """Relative path → bytes, sorted by path. Raises DeployError without the files it cannot do
    without."""
    for needed in ("main.py", "requirements.txt"):
        if not (source / needed).is_file():
            raise DeployError(f"{source / needed} is missing: a function cannot be built without")
    found = dict(_read(source, source, PurePosixPath()))
    shared = root / "shared"
    for module in reached(source, shared):
        found[PurePosixPath(module.relative_to(shared))] = module.read_bytes()
    found |= dict(_read(root / "contracts", root / "contracts", PurePosixPath("contracts")))
    return dict(sorted(found.items()))


def digest(files: Files) -> str:
    whole = hashlib.sha256()
    for path, data in files.items():
        for part in (str(path).encode(), data):
            whole.update(len(part).to_bytes(8, "big") + part)
    return whole.hexdigest()[:40]


def write(files: Files, folder: Path) -> Staged:
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    for path, data in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    for entry in [folder, *folder.rglob("*")]:
        entry.chmod(0o755 if entry.is_dir() else 0o644)
        os.utime(entry, (EPOCH, EPOCH))
    return Staged(folder, digest(files), len(files), sum(map(len, files.values())))


def _read(folder: Path, base: Path, under: PurePosixPath) -> Iterator[tuple[PurePosixPath, bytes]]:
    for file in sorted(folder.rglob("*")):
        inside = file.relative_to(base)
        hidden = any(p.startswith(".") or p == "__pycache__" for p in inside.parts)
        if file.is_file() and not hidden and file.suffix not in LEFT_OUT:
            yield under / inside.as_posix(), file.read_bytes()
