"""Check that relative links in the Markdown files point to existing files."""

import re
import subprocess
import sys
from pathlib import Path

from report import report

ROOT = Path(__file__).resolve().parents[2]
_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


def documents() -> list[Path]:
    """Return tracked and new Markdown files, except those that git ignores."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [ROOT / name for name in listing.stdout.splitlines() if (ROOT / name).exists()]


def problems() -> list[str]:
    return [
        f"{path.relative_to(ROOT)}: broken link: {target} does not exist"
        for path in documents()
        for target in _LINK.findall(path.read_text())
        if "://" not in target and not target.startswith("mailto:")
        and not (path.parent / target).exists()
    ]  # fmt: skip


if __name__ == "__main__":
    sys.exit(report(problems()))
