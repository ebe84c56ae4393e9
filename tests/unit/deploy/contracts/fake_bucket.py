"""The bucket of contracts behind the commands of gcloud; tests/integration/deploy uses the real
one."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from csvgate.contracts.bundle import make_bundle
from csvgate.contracts.bundle_format import POINTER, bundle_name, digest_of
from csvgate.contracts.match import Contracts
from csvgate.contracts.model import Contract
from csvgate_ops.deploy.contracts.release import Release, Releases
from csvgate_ops.deploy.plan.model import Place
from csvgate_ops.deploy.run.execute import Execution
from csvgate_ops.deploy.run.gcloud import Finished

PLACE = Place("shop", "europe-west1", "europe-west1", "EU")
BUCKET = "shop-contracts"
CHANGED = "conditionNotMet: At least one of the pre-conditions you specified did not hold."


def contracts(*fields: str, table: str = "orders") -> Contracts:
    columns = [{"name": name, "type": "integer"} for name in fields]
    document = {
        "dataset": "orders",
        "match": ["orders/*.csv"],
        "schema": {"fields": columns},
        "destination": {"dataset": "sales", "table": table},
    }
    return Contracts([Contract.model_validate(document)])


class FakeBucket:
    """Commands run in `folder`. `before` is called with each of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "build" / "bundles").mkdir(parents=True)
        self.objects: dict[str, str] = {}
        self.versions: list[str] = []
        """The metadata of each version of the pointer."""
        self.tables: dict[str, list[dict[str, str]]] = {}
        self.asked: list[str] = []
        self.before: Callable[[Sequence[str]], None] = lambda _: None

    @property
    def releases(self) -> Releases:
        return Releases(PLACE, BUCKET, self)

    def stage(self, wanted: Contracts) -> Contracts:
        bundle = make_bundle(wanted)
        (self.folder / "build" / bundle_name(digest_of(bundle))).write_bytes(bundle)
        return wanted

    def deploy(self, wanted: Contracts) -> Release:
        release = self.releases.deploy(self.stage(wanted))
        self.carry_out(release)
        return release

    def carry_out(self, release: Release) -> None:
        Execution(self, self.folder, lambda _: None).all_of(release.plan)

    def __call__(self, argv: Sequence[str]) -> Finished:
        self.before(argv)
        self.asked.append(" ".join(argv))
        flags = dict(part[2:].partition("=")[::2] for part in argv if part.startswith("--"))
        words = [part for part in argv if not part.startswith("--")]
        if words[0] == "bq":
            return self._bq(words)
        return {"ls": self._ls, "cat": self._cat, "cp": self._cp}[words[2]](words, flags)

    def _ls(self, _words: list[str], _flags: dict[str, str]) -> Finished:
        if not self.versions:
            return Finished(
                1, "", "ERROR: (gcloud.storage.ls) One or more URLs matched no objects."
            )
        listed = [
            {
                "metadata": {
                    "generation": str(number),
                    "metadata": {"bundle": digest} if digest else {},
                    "timeCreated": f"2026-11-29T10:{number:02d}:00+00:00",
                }
            }
            for number, digest in enumerate(self.versions, 1)
        ]
        return Finished(0, json.dumps(listed), "")

    def _cat(self, words: list[str], _flags: dict[str, str]) -> Finished:
        found = self.objects.get(_object(words[3]))
        if found is None:
            return Finished(1, "", "ERROR: The following URLs matched no objects or files")
        return Finished(0, found, "")

    def _cp(self, words: list[str], flags: dict[str, str]) -> Finished:
        name = _object(words[4])
        text = (self.folder / words[3]).read_text()
        if name != POINTER:
            assert "no-clobber" in flags
            self.objects.setdefault(name, text)
        elif int(flags["if-generation-match"]) != len(self.versions):
            return Finished(1, "", f"Copying\nERROR: {CHANGED}")
        else:
            self.objects[name] = text
            self.versions.append(flags["custom-metadata"].partition("=")[2])
        return Finished(0, "", "")

    def _bq(self, words: list[str]) -> Finished:
        if words[1] == "query":
            return Finished(0, "", "")
        if words[-1] == "sales":
            return Finished(0, '{"location": "EU"}', "")
        found = self.tables.get(words[-1])
        if found is None:
            return Finished(1, f"BigQuery error: Not found: Table shop:{words[-1]}", "")
        return Finished(0, json.dumps({"type": "TABLE", "schema": {"fields": found}}), "")


def _object(uri: str) -> str:
    """Return the name of an object, without its bucket."""
    return uri.removeprefix("gs://").partition("/")[2]
