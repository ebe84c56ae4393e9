"""Values of environment files and contracts that look like something to gcloud or a shell."""

import subprocess
from pathlib import Path

import pytest

from csvgate_ops.deploy.environment.load import load_environment
from csvgate_ops.deploy.kinds.function import joined, pairs
from csvgate_ops.deploy.plan.desired import desired
from csvgate_ops.deploy.plan.model import Command, Observed
from csvgate_ops.deploy.plan.planner import plan, substituted
from csvgate_ops.deploy.plan.script import shell_line
from unit.deploy.plan.environments import ROOT, topology

HOSTILE = (
    "${HOME}",
    "${HOME:-$(id)}",
    "$(id) `id` $HOME",
    "a, b; c | d ~ e <0> <1",
    'it\'s "quoted" \\',
    "^;^x",
    "line\nEND\nline",
    "",
)


def environment_of(command: Command) -> str:
    (given,) = (part for part in command.argv if part.startswith("--set-env-vars="))
    return given.partition("=")[2]


@pytest.mark.parametrize("value", HOSTILE)
def test_a_variable_of_a_function_arrives_as_it_is_written(value: str, tmp_path: Path) -> None:
    file = tmp_path / "hostile.yaml"
    quoted = repr(value) if "'" not in value else f"'{value.replace(chr(39), chr(39) * 2)}'"
    quoted = quoted if "\n" not in value else f'"{value.encode("unicode_escape").decode()}"'
    file.write_text(
        "project: acme-sales-prod\nregion: europe-west3\nsender: rechnung@acme.example\n"
        f"functions: {{validate_and_parse: {{environment: {{GREETING: {quoted}}}}}}}\n"
    )
    digests = dict.fromkeys(topology().functions, "abc")
    environment = load_environment(file, topology())
    wanted = desired(topology(), environment, digests, ROOT / "deploy" / "monitoring")
    steps = plan(wanted, Observed()).steps
    (create,) = (
        step
        for step in steps
        if isinstance(step, Command) and step.why == "create function validate-and-parse"
    )
    run = substituted(create, {})
    assert value == pairs(environment_of(Command(run, "")))["GREETING"]
    printed = subprocess.run(
        ["bash", "-uc", f"printf '%s\\0' {shell_line(create.argv)}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert list(run) == printed.stdout.split("\0")[:-1]


def test_joined_values_come_apart_again() -> None:
    for last in (",;|~", ",;|~<", ",;|~<0", ",;|~<0>", ",;|~<0><1"):
        given = {"a": last, "b": last[::-1], "c": ""}
        assert given == pairs(joined(given))
