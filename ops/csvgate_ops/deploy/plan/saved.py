"""A plan in a file, to be reviewed first and applied later, perhaps by another job.

The file contains what the plan was made from, as one digest for each item, and its stages. It is
never run: whoever applies it plans again, and only a plan that equals the one in the file runs. So
nobody can bring a command into a deployment by editing the file, and whatever has changed in
between is found and named.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from csvgate.contracts.hashing import to_json
from csvgate_ops.deploy import DeployError
from csvgate_ops.deploy.kinds import KINDS
from csvgate_ops.deploy.kinds.iam import PUBLIC
from csvgate_ops.deploy.plan import console_surplus
from csvgate_ops.deploy.plan.model import Desired, Fields, Key, Observed, Plan, Stage, Step
from csvgate_ops.deploy.plan.script import summary
from csvgate_ops.text import printable

FORMAT: Final = 1
_DIGITS: Final = 32
"""Hexadecimal digits of a digest, which are 128 bits."""
_PARTS: Final = {
    "project": "changed in the project",
    "wanted": "changed in deploy/, contracts/ or csvgate itself",
    "stages": "its code, contracts or requirements have changed",
}
"""Parts of the file with the digests of items → what it means if one differs."""


class PlanRefused(DeployError):
    """A saved plan cannot be applied, for example because the project has changed since."""


def encoded(
    environment: str, options: str, desired: Desired, observed: Observed, plan: Plan
) -> str:
    """Return the plan as JSON text. `options` are those of the command line that change what is
    planned, for example `--canary 10`."""
    document = _document(environment, desired, observed, plan)
    return json.dumps({**document, "options": options}, indent=1) + "\n"


def check(
    name: str,
    text: str,
    environment: str,
    options: str,
    desired: Desired,
    observed: Observed,
    plan: Plan,
) -> None:
    """Check that the plan saved as `text`, in the file `name`, is the one that has just been made.
    Raises PlanRefused, which names what has changed."""
    saved = _decoded(name, text)
    for field, wanted in (("environment", environment), ("project_id", desired.place.project)):
        if saved[field] != wanted:
            raise PlanRefused(f"{name} is a plan for {printable(saved[field])}, not for {wanted}")
    if saved["options"] != options:
        made, given = (printable(each) or "no options" for each in (saved["options"], options))
        raise PlanRefused(
            f"{name} was made with {made}, and is to be applied with {given}. Give --plan-file the "
            "same options as --plan"
        )
    fresh = _document(environment, desired, observed, plan)
    changed = [line for part in _PARTS for line in _changed(part, saved[part], fresh[part])]
    if not changed and saved["plan"] != fresh["plan"]:
        changed = ["the commands: the file was edited, or made by another version of csvgate"]
    if changed:
        lines = "\n".join(f"  {line}" for line in changed)
        raise PlanRefused(
            f"{name} was not applied, and nothing was changed, because this differs from what it "
            f"was made from:\n{lines}\n"
            f"Make and review a new plan: deploy/deploy.sh {environment} --plan --out {name}"
        )


def _decoded(name: str, text: str) -> Mapping[str, Any]:
    remedy = f"Save one with `deploy/deploy.sh ENV --plan --out {name}`"
    try:
        found = json.loads(text)
        version = found["format"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise PlanRefused(f"{name} is not a saved plan. {remedy}") from error
    if version != FORMAT:
        raise PlanRefused(
            f"{name} has format {printable(str(version))}, and this version of csvgate reads "
            f"{FORMAT}. {remedy}"
        )
    parts = {
        "environment": str,
        "project_id": str,
        "options": str,
        "plan": list,
        **dict.fromkeys(_PARTS, dict),
    }
    if any(not isinstance(found.get(part), kind) for part, kind in parts.items()):
        raise PlanRefused(f"{name} is not a complete plan. {remedy}")
    return dict(found)


def _changed(part: str, saved: Mapping[str, str], fresh: Mapping[str, str]) -> Iterator[str]:
    for item in dict.fromkeys((*fresh, *saved)):
        if saved.get(item) != fresh.get(item):
            yield f"{printable(item)}: {_PARTS[part]}"


def _document(environment: str, desired: Desired, observed: Observed, plan: Plan) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "environment": environment,
        "project_id": desired.place.project,
        "summary": summary(plan),
        "project": {name: _digest(value) for name, value in _found(desired, observed)},
        "wanted": {name: _digest(value) for name, value in _wanted(desired)},
        "stages": {
            _name(r.key): str(r.fields["source"]) for r in desired.resources if "source" in r.fields
        },
        "plan": [_stage(each) for each in plan.stages],
    }


def _stage(stage: Stage) -> dict[str, Any]:
    return {"title": stage.title, "steps": list(map(_step, stage.steps))}


def _step(step: Step) -> dict[str, Any]:
    """Return a step as JSON values, so that it equals one that was read from a file."""
    fields = {n: list(v) if isinstance(v, tuple) else v for n, v in asdict(step).items()}
    return {"kind": type(step).__name__, **fields}


def _wanted(desired: Desired) -> Iterator[tuple[str, object]]:
    for resource in desired.resources:
        yield _name(resource.key), {n: v for n, v in resource.fields.items() if n != "source"}
    for on in dict.fromkeys(b.on for b in desired.bindings):
        bindings = (b for b in desired.bindings if b.on == on)
        yield f"roles on {_name(on)}", sorted((b.role, b.member, b.condition) for b in bindings)
    for contract in desired.contracts:
        yield f"contract {contract.dataset}", to_json(contract)
    monitoring = desired.monitoring
    if monitoring is not None:
        yield "recipients of alerts", monitoring.emails
        yield from _named("log-based metric", monitoring.metrics)
        yield from _named("alert policy", monitoring.policies)
        yield from _named("dashboard", monitoring.dashboards)


def _found(desired: Desired, observed: Observed) -> Iterator[tuple[str, object]]:
    """Yield what a plan compares with: the desired fields of desired resources, the roles that it
    grants or would revoke, tables and monitoring."""
    for resource in desired.resources:
        found = observed.resources.get(resource.key)
        yield _name(resource.key), None if found is None else _compared(resource.fields, found)
    wanted = {*desired.bindings, *console_surplus.access(desired, observed)}
    roles: dict[Key, list[tuple[str, str, str]]] = {b.on: [] for b in desired.bindings}
    for b in sorted(observed.bindings):
        if b in wanted or b.member in desired.members or b.member in PUBLIC:
            roles.setdefault(b.on, []).append((b.role, b.member, b.condition))
    for on, granted in roles.items():
        yield f"roles on {_name(on)}", granted
    for name, table in observed.tables.items():
        yield f"table {name}", asdict(table)
    yield "a console that is not wanted", bool(console_surplus.left_over(desired, observed))
    yield "contracts in use", [each.generation for each in observed.contracts[:1]]
    monitoring = observed.monitoring
    yield "recipients of alerts", dict(monitoring.channels)
    yield from _named("log-based metric", monitoring.metrics)
    yield from _named("alert policy", monitoring.policies)
    yield from _named("dashboard", monitoring.dashboards)


def _compared(wanted: Fields, found: Fields) -> Fields:
    return {name: found[name] for name in wanted}


def _named(kind: str, bodies: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    for name, body in bodies.items():
        yield f"{kind} {name}", body


def _name(key: Key) -> str:
    return "the project" if key.kind == "project" else KINDS[key.kind].name_for_people(key.name)


def _digest(value: object) -> str:
    text = json.dumps(value, sort_keys=True, default=_as_json)
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]


def _as_json(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Sequence):
        return list(value)
    return repr(value)
