"""The shell commands that fix a fault, ready to copy."""

from collections.abc import Sequence

from csvgate_ops.deploy.doctor.model import Facts
from csvgate_ops.deploy.kinds import KINDS
from csvgate_ops.deploy.plan.model import ByHand, Command, Key, Step
from csvgate_ops.deploy.plan.planner import substituted, variables
from csvgate_ops.deploy.plan.script import by_hand_line, shell_line


def deploy(facts: Facts) -> tuple[str, ...]:
    """Return the command for faults whose fix needs more than single commands: staged sources,
    files or a certain order."""
    return (f"deploy/deploy.sh {facts.environment}",)


def commands(facts: Facts, steps: Sequence[Step]) -> tuple[str, ...]:
    """Return the steps with their variables filled in, or a deploy if they need more than that."""
    lines = []
    for step in steps:
        if isinstance(step, ByHand):
            lines.append(by_hand_line(step))
        elif isinstance(step, Command) and facts.variables.keys() >= set(variables(step)):
            lines.append(shell_line(substituted(step, dict(facts.variables))))
        else:
            return deploy(facts)
    return tuple(lines)


def remake(facts: Facts, key: Key) -> tuple[str, ...]:
    """Delete the resource, or the one that it is part of; the deploy creates it correctly."""
    kind = KINDS[key.kind]
    if kind.part_of is not None:
        return remake(facts, kind.part_of(key.name))
    if kind.removal is None:
        return deploy(facts)
    deletion = kind.removal.delete(facts.desired.place, key, facts.observed.resources[key])
    return (*commands(facts, deletion), *deploy(facts))
