"""What is documented from the code is current, and emitted events are as documented."""

import importlib.util
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import jsonschema
import pytest

from unit.operate.undo.undoing import revoke_in
from unit.protocol.orders import orders
from world import COMPLETE, VALIDATED, World

ROOT = Path(__file__).resolve().parents[2]


def documents() -> dict[Path, str]:
    """Every generated document and what it should contain."""
    spec = importlib.util.spec_from_file_location(
        "generate_docs", ROOT / "ops" / "scripts" / "generate_docs.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    generate = cast("Callable[[], Iterator[tuple[Path, str]]]", module.documents)
    return dict(generate())


DOCUMENTS = documents()


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: p.name)
def test_generated_documents_are_current(path: Path) -> None:
    assert DOCUMENTS[path] == path.read_text(), "run `make docs`"


def test_emitted_events_match_their_schemas() -> None:
    world = World()
    world.validate(world.upload("orders/loaded.csv", orders(120, bad=2)))
    world.validate(world.upload("orders/limit.csv", orders(5, bad=4)))
    world.validate(world.upload("orders/hopeless.csv", b"a\n1\n"))
    world.store.delete("references", "fx_rates.csv")
    world.validate(world.upload("orders/failed.csv", orders(1)))
    world.drain()
    loaded = next(e for e in world.finished() if e.outcome == "completed")
    revoke_in(world, loaded.upload.id)
    seen = set()
    for message in [*world.publisher.topics[VALIDATED], *world.publisher.topics[COMPLETE]]:
        kind = message.attributes["ce-type"]
        assert "application/json" == message.attributes["content-type"]
        schema = json.loads((ROOT / "docs" / "events" / f"{kind}.schema.json").read_text())
        jsonschema.Draft202012Validator(schema).validate(json.loads(message.data))
        seen.add(kind)
    documented = {p.name.removesuffix(".schema.json") for p in (ROOT / "docs/events").iterdir()}
    assert documented == seen


HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s#:]*)#([^)\s]+)\)")


def anchors(page: Path) -> set[str]:
    """Return the anchors that GitHub gives to the headings of a page."""
    named = re.findall(r'(?:id|name)="([^"]+)"', page.read_text())
    headings = HEADING.findall(page.read_text())
    spoken = [re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower() for heading in headings]
    return {*named, *(re.sub(r"[^\w\- ]", "", heading).replace(" ", "-") for heading in spoken)}


@pytest.mark.parametrize(
    "page", [ROOT / "README.md", *sorted(ROOT.glob("docs/**/*.md"))], ids=lambda page: page.stem
)
def test_links_lead_to_headings_that_exist(page: Path) -> None:
    for file, anchor in LINK.findall(page.read_text()):
        aim = (page.parent / file).resolve() if file else page
        assert aim.suffix != ".md" or anchor in anchors(aim), f"{file}#{anchor}"
