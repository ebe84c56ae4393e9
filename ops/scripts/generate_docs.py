"""Generate documents from the code; with --check, only report those that are out of date."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel

from csvgate.contracts.json_schema import contract_schema
from csvgate.protocol import events
from csvgate.protocol.ledger import content_paths, day_paths, effect_paths, job_paths
from csvgate.protocol.ledger.paths import TABLE, EntryPath
from csvgate.validation.docs import faults_page
from csvgate_ops.author.infer.formats_page import formats_page
from csvgate_ops.deploy.environment.reference import reference
from csvgate_ops.deploy.topology import load
from csvgate_ops.operate.runbook.page import runbook_page

ROOT = Path(__file__).resolve().parents[2]
LEDGER_TABLE = "<!-- ledger table, by `make docs` -->"
SETTINGS = "<!-- settings of an environment, by `make docs` -->"
DIFFERENCES = "<!-- differences, by `make docs` -->"
_PAYLOADS: dict[str, type[BaseModel]] = {
    events.RECORDS_VALIDATED: events.ChunkAddress,
    events.UPLOAD_VALIDATED: events.UploadValidated,
    events.UPLOAD_COMPLETED: events.UploadFinished,
    events.UPLOAD_REJECTED: events.UploadFinished,
    events.UPLOAD_FAILED: events.UploadFinished,
    events.UPLOAD_REVOKED: events.UploadFinished,
}


def as_json(schema: dict[str, object]) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def between(marker: str, page: str, table: str) -> str:
    """Return the page with the table between the two places that have this marker."""
    before, _, rest = page.partition(marker)
    _, _, after = rest.partition(marker)
    return f"{before}{marker}\n\n{table}\n{marker}{after}"


def with_ledger_table(page: str) -> str:
    """Return the page with the table of the ledger's objects."""
    rows = "".join(
        f"| `{path.shown}` | {path.purpose} | "
        f"{f'`{path.entry.__name__}`' if isinstance(path, EntryPath) else 'bytes'} |\n"
        for path in (
            *(*TABLE, *effect_paths.TABLE, *content_paths.TABLE),
            *(*day_paths.TABLE, *job_paths.TABLE),
        )
    )
    table = f"| object | what it records | entry |\n|---|---|---|\n{rows}"
    return between(LEDGER_TABLE, page, table)


def differences_of_pulumi() -> str:
    """Return the table of the Pulumi program, which is not installed."""
    sys.path.append(str(ROOT / "deploy" / "pulumi"))
    from csvgate_pulumi.differences import table

    return table()


def documents() -> Iterator[tuple[Path, str]]:
    """Yield each generated file and its contents."""
    for event_type, payload in _PAYLOADS.items():
        schema = {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            **payload.model_json_schema(mode="serialization"),
            "title": event_type,
        }
        yield ROOT / "docs" / "events" / f"{event_type}.schema.json", as_json(schema)
    architecture = ROOT / "docs" / "architecture.md"
    yield architecture, with_ledger_table(architecture.read_text())
    yield ROOT / "docs" / "contract.schema.json", contract_schema()
    deploying = ROOT / "docs" / "deploy.md"
    yield deploying, between(SETTINGS, deploying.read_text(), reference())
    yield ROOT / "docs" / "faults.md", faults_page()
    yield ROOT / "docs" / "formats.md", formats_page(ROOT / "tests" / "files" / "expected.toml")
    pulumi = ROOT / "docs" / "pulumi.md"
    yield pulumi, between(DIFFERENCES, pulumi.read_text(), differences_of_pulumi())
    yield ROOT / "docs" / "runbook.md", runbook_page(load(ROOT / "deploy" / "topology.yaml"))


def main(arguments: list[str]) -> int:
    stale = [
        (path, text) for path, text in documents() if not path.exists() or path.read_text() != text
    ]
    if "--check" in arguments:
        for path, _ in stale:
            print(f"{path.relative_to(ROOT)}: out of date; run `make docs`", file=sys.stderr)
        return 1 if stale else 0
    for path, text in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        print(f"wrote {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
