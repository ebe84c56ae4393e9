"""Check that the locks agree: every requirement is locked, and every package at one version.

The BigQuery emulator may differ, because its pins conflict with those of the functions. The Pulumi
program has further packages, and an older protobuf, because Pulumi does not accept a newer one.
"""

import re
import sys
from pathlib import Path

from report import report

ROOT = Path(__file__).resolve().parents[2]
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;]+)(?:\s*;\s*(.*?))?\s*\\?$")
PULUMI = ROOT / "deploy" / "pulumi"
_NAME = re.compile(r"^([A-Za-z0-9._-]+)")


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(lock: Path) -> dict[str, str]:
    """Return a hashed requirements file as a map from name, with marker, to version."""
    found = {}
    for line in lock.read_text().splitlines():
        match = _PIN.match(line)
        if match:
            name, version, marker = match.groups()
            found[f"{canonical(name)}{' ; ' + marker if marker else ''}"] = version
    return found


def wanted(source: Path) -> set[str]:
    """Return the names in a requirements.in and in the files that it includes."""
    found: set[str] = set()
    for line in source.read_text().splitlines():
        text = line.split("#")[0].strip()
        if text.startswith("-r "):
            found |= wanted(source.parent / text.removeprefix("-r ").strip())
        elif match := _NAME.match(text):
            found.add(canonical(match.group(1)))
    return found


def problems() -> list[str]:
    found = []
    everything = pins(ROOT / "requirements-dev.txt")
    pairs = [
        (source, source.with_suffix(".txt"))
        for source in [
            *ROOT.glob("requirements-*.in"),
            *ROOT.glob("functions/*/requirements.in"),
            *ROOT.glob("ops/*/requirements.in"),
            ROOT / "bench/requirements.in",
            PULUMI / "requirements.in",
        ]
    ]
    for source, lock in pairs:
        where = lock.relative_to(ROOT)
        if not lock.exists():
            found.append(f"{where}: missing; run `make lock`")
            continue
        locked = pins(lock)
        names = {name.split(" ; ")[0] for name in locked}
        found += [
            f"{where}: {name} is not locked; run `make lock`"
            for name in sorted(wanted(source) - names)
        ]
        if "--hash=" not in lock.read_text() or "://" in lock.read_text():
            found.append(f"{where}: must have hashes and must not have addresses; run `make lock`")
        if source.parent == ROOT or source.parent.parent.name == "functions":
            found += [
                f"{where}: {name} {version}, but {everything.get(name)} in requirements-dev.txt; "
                "run `make lock`"
                for name, version in locked.items()
                if everything.get(name) != version
            ]
        if source.parent == PULUMI:
            found += [
                f"{where}: {name} {version}, but {everything[name]} in requirements-dev.txt; "
                "run `make lock`"
                for name, version in locked.items()
                if everything.get(name, version) != version and name != "protobuf"
            ]
    return found


if __name__ == "__main__":
    sys.exit(report(problems()))
