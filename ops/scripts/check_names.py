"""Check that module names are unique across the functions, main.py aside, and shadow nothing.

One process tests them all, and functions-framework puts each source folder on sys.path.
"""

import sys
from collections import defaultdict
from importlib.metadata import packages_distributions
from pathlib import Path

from report import report

ROOT = Path(__file__).resolve().parents[2]


def problems() -> list[str]:
    places: dict[str, list[str]] = defaultdict(list)
    for path in sorted(ROOT.glob("functions/*/*.py")):
        if path.stem != "main":
            places[path.stem].append(str(path.relative_to(ROOT)))
    found = [f"{' and '.join(where)}: one name" for where in places.values() if len(where) > 1]
    taken = set(sys.stdlib_module_names) | set(packages_distributions())
    found += [
        f"{places[name][0]}: hides the package {name}" for name in sorted(taken & set(places))
    ]
    return found


if __name__ == "__main__":
    sys.exit(report(problems()))
