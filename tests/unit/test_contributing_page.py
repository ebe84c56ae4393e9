"""docs/contributing.md: the tests and files that its recipes name exist; no recipe lacks a test."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "contributing.md").read_text()
RECIPES = PAGE.partition("## Recipes")[2].split("\n### ")[1:]
TESTS = sorted(set(re.findall(r"`(?:(test_\w+\.py)::)?(test_\w+)`", PAGE)))
FILES = sorted(set(re.findall(r"`((?:shared|functions|ops|tests|deploy)/[\w/.]+)`", PAGE)))


def test_there_is_a_recipe_for_each_change_that_is_common() -> None:
    titles = " ".join(recipe.partition("\n")[0] for recipe in RECIPES)
    for what in ("type", "property", "code", "ledger", "action", "deploy", "email"):
        assert what in titles


@pytest.mark.parametrize(("file", "name"), TESTS)
def test_a_named_test_exists(file: str, name: str) -> None:
    sources = [path.read_text() for path in (ROOT / "tests").rglob(file or "test_*.py")]
    assert any(f"def {name}(" in source for source in sources)


@pytest.mark.parametrize("name", FILES)
def test_a_named_file_exists(name: str) -> None:
    place = ROOT / name
    assert place.exists() or (place.name == "NAME.py" and place.parent.is_dir())


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.partition("\n")[0])
def test_a_recipe_names_the_test_that_fails_until_it_is_complete(recipe: str) -> None:
    assert re.search(r"`(test_\w+\.py::)?test_\w+`", recipe)
