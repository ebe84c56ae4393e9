"""Planned steps as the shell commands that a person may copy."""

from collections.abc import Sequence

from csvgate_ops.deploy.doctor.model import Facts
from csvgate_ops.deploy.kinds import KINDS
from csvgate_ops.deploy.plan.model import ByHand, Command, Fields, Key, Step
from csvgate_ops.deploy.plan.planner import substituted, variables
from csvgate_ops.deploy.plan.script import words


def deploy(facts: Facts) -> tuple[str, ...]:
    """For what takes more than a command: staged sources, files, an order."""
    return (f"deploy/deploy.sh {facts.environment}",)


def commands(facts: Facts, steps: Sequence[Step]) -> tuple[str, ...]:
    """The steps themselves, with their variables filled in, where that is all that it takes."""
    lines = []
    for step in steps:
        if isinstance(step, ByHand):
            lines.append(f"{words(step.argv)} < FILE")
        elif isinstance(step, Command) and facts.values.keys() >= set(variables(step)):
            lines.append(words(substituted(step, dict(facts.values))))
        else:
            return deploy(facts)
    return tuple(lines)


def made_again(facts: Facts, key: Key, found: Fields) -> tuple[str, ...]:
    """Delete it; deploy makes it as it should be."""
    delete = KINDS[key.kind].delete
    deletion = delete(facts.desired.place, key, found) if delete else ()
    return (*commands(facts, deletion), *deploy(facts))
