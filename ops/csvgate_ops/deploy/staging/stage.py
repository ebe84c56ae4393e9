"""Build for each function a folder with everything that it needs and nothing else.

It contains the function's files, the modules of `csvgate` that they import, the contracts (also as
JSON, see `csvgate.contracts.checked`), and the locked requirements. The same commit always gives
the same contents, times and modes.
"""

import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from csvgate.contracts.checked import checked_contracts
from csvgate.contracts.checked_lines import CHECKED
from csvgate.contracts.load import load_directory
from csvgate.enrichment.judging.assumed import expression_mistakes
from csvgate_ops.deploy import DeployError
from csvgate_ops.deploy.staging.reachable_modules import reachable
from csvgate_ops.deploy.topology.model import Topology

EPOCH = 315_619_200
"""1980-01-02: the earliest date that a zip file can hold in every time zone."""
LEFT_OUT = {".in", ".pyc", ".typed"}
Files = Mapping[PurePosixPath, bytes]


@dataclass(frozen=True, slots=True)
class Staged:
    folder: Path
    digest: str
    """A digest of names and contents, as 40 hexadecimal digits."""
    files: int
    bytes: int


def stage(root: Path, out: Path, topology: Topology) -> dict[str, Staged]:
    """Write `out/FUNCTION` for each function and replace its previous contents. Raises DeployError,
    ContractError."""
    folder = root / "contracts"
    # Reports mistakes in contracts before a deploy. The types of references are not known here.
    contracts = load_directory(folder, further=lambda each: expression_mistakes(each, {}))
    checked = {PurePosixPath("contracts", CHECKED): checked_contracts(folder, contracts)}
    staged = {}
    for name, function in topology.functions.items():
        files = contents(root, root / function.source) | checked
        staged[name] = write(files, out / name)
    return staged


def contents(root: Path, source: Path) -> dict[PurePosixPath, bytes]:
    """Return a map from relative path to bytes. Raises DeployError if a required file is
    missing."""
    for needed in ("main.py", "requirements.txt"):
        if not (source / needed).is_file():
            raise DeployError(f"{source / needed} is missing: the function cannot be built")
    found = dict(_read(source, source, PurePosixPath()))
    shared = root / "shared"
    for module in reachable(source, shared):
        found[PurePosixPath(module.relative_to(shared))] = module.read_bytes()
    found |= dict(_read(root / "contracts", root / "contracts", PurePosixPath("contracts")))
    return found


def digest(files: Files) -> str:
    hashed = hashlib.sha256()
    for path, data in sorted(files.items()):
        for part in (str(path).encode(), data):
            hashed.update(len(part).to_bytes(8, "big") + part)
    return hashed.hexdigest()[:40]


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
