"""The commands that docs, workflows and alerts name exist, with the options that they are given."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from csvgate_ops.cli.main import csvgate

ROOT = Path(__file__).resolve().parents[2]
SOURCES = (
    ROOT / "README.md",
    *sorted(ROOT.glob("docs/*.md")),
    *sorted(ROOT.glob(".github/workflows/*.yml")),
    *sorted(ROOT.glob("deploy/monitoring/policies/*.yaml")),
    *sorted(ROOT.glob("deploy/*.sh")),
)
FENCED = re.compile(r"^ *```sh\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
QUOTED = re.compile(r"`([^`\n]+)`")
CALLED = re.compile(r"(?:^|[\s/(])csvgate ([a-z][a-z-]*)((?: [^\s|;&)]+)*)")


def code(path: Path) -> Iterator[str]:
    """What a page shows as code; all of a script or workflow, without its comments."""
    text = path.read_text()
    if path.suffix == ".md":
        yield from (part for block in FENCED.findall(text) for part in block.splitlines())
        yield from QUOTED.findall(FENCED.sub("", text))
    elif path.suffix == ".yaml":
        yield from QUOTED.findall(text)
    else:
        for line in text.splitlines():
            if path.suffix == ".sh" or "run:" in line:
                yield line.partition(" #")[0].removeprefix("#")


def calls(path: Path) -> list[tuple[str, list[str]]]:
    """Each command of csvgate with the words that follow it."""
    return [
        (name, rest.split())
        for line in code(path)
        for name, rest in CALLED.findall(line.partition(" # ")[0])
    ]


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_command_named_exists(path: Path) -> None:
    context = click.Context(csvgate)
    for name, words in calls(path):
        command = csvgate.get_command(context, name)
        assert command is not None, f"csvgate {name}"
        if isinstance(command, click.Group) and words:
            inner = command.get_command(context, words[0])
            assert inner is not None, f"csvgate {name} {words[0]}"
            command = inner
        known = {option for p in command.params for option in (*p.opts, *p.secondary_opts)}
        asked = {word.partition("=")[0] for word in words if re.match("--?[a-z]", word)}
        assert asked <= known, f"csvgate {name} {' '.join(words)}"


def test_scripts_that_are_named_exist() -> None:
    named = {n for p in SOURCES for n in re.findall(r"\bdeploy/\w+\.sh\b", p.read_text())}
    assert {"deploy/deploy.sh", "deploy/teardown.sh"} <= named
    assert all((ROOT / name).is_file() for name in named)


def test_the_deploy_workflow_deploys_examines_and_tries() -> None:
    workflow = ROOT / ".github" / "workflows" / "deploy.yml"
    assert ["doctor", "smoke"] == [name for name, _ in calls(workflow)]
    assert (
        'run: deploy/deploy.sh "$ENVIRONMENT" --plan-file plan/plan.json\n' in workflow.read_text()
    )
    drift = ROOT / ".github" / "workflows" / "drift.yml"
    assert ["doctor", "reconcile"] == [name for name, _ in calls(drift)]
