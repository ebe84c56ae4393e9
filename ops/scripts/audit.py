"""Check all locked packages for known vulnerabilities with pip-audit, which asks PyPI.

    python ops/scripts/audit.py [--if-reachable]

If PyPI's advisories cannot be reached, that is an error, or with `--if-reachable` only a message.
pip-audit does not notice by itself that a mirror has no advisories: it reports no vulnerabilities.
"""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from report import report

ROOT = Path(__file__).resolve().parents[2]
LOCKS = (
    *("requirements-dev.txt", "ops/bqemulator/requirements.txt", "bench/requirements.txt"),
    "deploy/pulumi/requirements.txt",
)
"""The locks of the functions, of pip and of the deploy commands are part of the first."""


@dataclass(frozen=True, slots=True)
class Audit:
    lock: str
    vulnerable: tuple[str, ...]
    unknown: tuple[str, ...]
    """Packages without advisory data."""
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
    """Interpret what pip-audit says about each package."""
    vulnerable, unknown = [], []
    for package in dependencies:
        if "skip_reason" in package:
            unknown.append(str(package["name"]))
            continue
        flaws = package.get("vulns")
        for flaw in flaws if isinstance(flaws, list) else ():
            fixed = ", ".join(flaw.get("fix_versions") or ()) or "no version yet"
            vulnerable.append(
                f"{lock}: {package['name']} {package['version']} has {flaw['id']}; "
                f"fixed in {fixed}: run `make lock UPGRADE=1`"
            )
    return Audit(lock, tuple(vulnerable), tuple(unknown), len(dependencies) - len(unknown))


def main(*, if_reachable: bool) -> int:
    problems: list[str] = []
    for lock in LOCKS:
        found = audit(lock)
        if not found.known:
            message = f"{lock}: NOT AUDITED: PyPI's advisories cannot be reached from here"
            if if_reachable:
                print(f"{message}; run `make audit` where they can")
                return report(problems)
            return report([*problems, message])
        problems += found.vulnerable
        problems += [f"{lock}: {name} is not in PyPI's advisory data" for name in found.unknown]
        print(f"{lock}: {found.known} packages audited")
    return report(problems)


if __name__ == "__main__":
    sys.exit(main(if_reachable="--if-reachable" in sys.argv[1:]))
