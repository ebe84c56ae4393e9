"""Known vulnerabilities of everything that is locked, by pip-audit, which asks PyPI.

    python ops/scripts/audit.py [--if-reachable]

Where PyPI's advisories cannot be reached nothing is known: that is an error, or with
`--if-reachable` said by name and passed over. pip-audit itself takes a mirror that has no
advisories for one that has nothing to say.
"""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from report import report

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements-dev.txt", "ops/bqemulator/requirements.txt", "bench/requirements.txt")
"""The functions' own are part of the first."""


@dataclass(frozen=True, slots=True)
class Audit:
    lock: str
    vulnerable: tuple[str, ...]
    unknown: tuple[str, ...]
    """Packages of which nothing could be learnt."""
    known: int


def audit(lock: str) -> Audit:
    done = subprocess.run(
        [
            *(str(Path(sys.executable).with_name("pip-audit")), "--requirement", lock),
            *("--require-hashes", "--disable-pip", "--format", "json", "--timeout", "10"),
            *("--progress-spinner", "off"),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    try:
        found = json.loads(done.stdout)["dependencies"]
    except ValueError:
        return Audit(lock, (), (done.stderr.strip().rpartition("\n")[2],), 0)
    return judge(lock, found)


def judge(lock: str, dependencies: list[dict[str, object]]) -> Audit:
    """Of pip-audit's own words about each package."""
    vulnerable, unknown = [], []
    for package in dependencies:
        if "skip_reason" in package:
            unknown.append(str(package["name"]))
            continue
        flaws = package.get("vulns")
        for flaw in flaws if isinstance(flaws, list) else ():
            mended = ", ".join(flaw.get("fix_versions") or ()) or "no version yet"
            vulnerable.append(
                f"{lock}: {package['name']} {package['version']} has {flaw['id']}; "
                f"mended in {mended}: `make lock UPGRADE=1`"
            )
    return Audit(lock, tuple(vulnerable), tuple(unknown), len(dependencies) - len(unknown))


def main(*, if_reachable: bool) -> int:
    problems: list[str] = []
    for lock in LOCKS:
        found = audit(lock)
        if not found.known:
            words = f"{lock}: NOT AUDITED: PyPI's advisories cannot be reached from here"
            if if_reachable:
                print(f"{words}; `make audit` where they can")
                return report(problems)
            return report([*problems, words])
        problems += found.vulnerable
        problems += [f"{lock}: {name} is not known to PyPI" for name in found.unknown]
        print(f"{lock}: {found.known} packages audited")
    return report(problems)


if __name__ == "__main__":
    sys.exit(main(if_reachable="--if-reachable" in sys.argv[1:]))
