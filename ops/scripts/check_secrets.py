"""Search every file that git tracks or would track for keys, tokens and passwords.

It works offline and uses detect-secrets. Detectors that guess by entropy or by name do not run on
tests, which contain invented hashes and passwords; the patterns of real keys are searched for
everywhere. Mark a false alarm with the comment `pragma: allowlist secret`.
"""

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
from detect_secrets.core.secrets_collection import SecretsCollection
from detect_secrets.settings import transient_settings
from report import report

ROOT = Path(__file__).resolve().parents[2]
_GUESSES = ("Base64HighEntropyString", "HexHighEntropyString", "KeywordDetector")
_MADE_UP = ("tests/", "bench/", "samples/")
_LOCK = "requirements"
"""Files whose names start with this are full of hashes."""


def files() -> list[str]:
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [name for name in listing.stdout.splitlines() if (ROOT / name).is_file()]


def scan(names: Iterable[str], *, guess: bool) -> list[str]:
    kinds: Iterable[type] = get_mapping_from_secret_type_to_class().values()
    plugins = sorted({kind.__name__ for kind in kinds})
    used = [{"name": name} for name in plugins if guess or name not in _GUESSES]
    found = SecretsCollection(root=str(ROOT))
    with transient_settings({"plugins_used": used}):
        for name in names:
            found.scan_file(name)
    return [
        f"{name}:{secret.line_number}: looks like a secret ({secret.type}): remove it and "
        "revoke it. If it is not a secret, mark the line with `pragma: allowlist secret`"
        for name, secret in found
    ]


def problems() -> list[str]:
    names = [name for name in files() if not Path(name).name.startswith(_LOCK)]
    made_up = [name for name in names if name.startswith(_MADE_UP)]
    ours = [name for name in names if not name.startswith(_MADE_UP)]
    return scan(ours, guess=True) + scan(made_up, guess=False)


if __name__ == "__main__":
    sys.exit(report(problems()))
