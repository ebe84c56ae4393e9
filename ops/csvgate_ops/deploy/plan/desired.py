"""What a project should have, as pure data in the order in which it can be created."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from csvgate.contracts.model import Contract
from csvgate_ops.deploy import topology as topo
from csvgate_ops.deploy.environment.model import Environment
from csvgate_ops.deploy.environment.overlay import overlay, place_of, renamed_subscriptions
from csvgate_ops.deploy.kinds import HEADINGS, KINDS
from csvgate_ops.deploy.monitoring.files import render
from csvgate_ops.deploy.plan import (
    company_settings,
    console,
    function_resources,
    policies,
    resources,
    roles,
    timed,
)
from csvgate_ops.deploy.plan.model import Binding, Desired, Resource, Section
from csvgate_ops.deploy.topology.model import Topology


def desired(
    topology: Topology,
    environment: Environment,
    digests: Mapping[str, str],
    monitoring: Path,
    contracts: Iterable[Contract] = (),
) -> Desired:
    """Return what the environment asks for. `digests` are those of the staged sources, by function;
    `monitoring` is deploy/monitoring."""
    place = place_of(topology, environment)
    renamed = renamed_subscriptions(topology, environment.names)
    topology = _consumers_first(overlay(topology, environment))
    found = (
        *resources.apis(topology, environment),
        *resources.agents(),
        *console.agents(topology),
        *company_settings.agents(environment),
        *company_settings.keys(environment),
        *resources.accounts(topology),
        *resources.custom_roles(topology),
        *console.custom_roles(topology),
        *resources.secrets(topology),
        *resources.repositories(topology),
        *resources.buckets(topology, place),
        *resources.topics(topology),
        *resources.subscriptions(topology),
        *resources.datasets(topology, place),
        *function_resources.functions(topology, environment, place, digests),
        *function_resources.console_function(topology, environment, place, digests),
        *console.proxies(topology),
        *resources.triggers(topology, place),
        *resources.trigger_subscriptions(topology),
        *console.trigger_topics(topology),
        *timed.schedules(topology, place),
        *timed.budgets(environment),
    )
    bindings = (
        *company_settings.roles_on_keys(environment),
        *roles.of_triggers(topology, place),
        *roles.of_builds(topology, place),
        *roles.of_functions(topology, place),
        *roles.of_callers(topology, place),
        *console.roles(topology, place),
        *console.callers(topology),
        *roles.of_subscriptions(topology),
        *timed.callers(topology, place),
    )
    members = frozenset(roles.account(place, name) for name in topology.service_accounts)
    settled = company_settings.apply(found, environment)
    sections = tuple(_sections(settled, dict.fromkeys(bindings)))
    rendered = render(monitoring, place.project, environment.alerts, renamed)
    bucket = topo.bucket_names(topology, place.project)["contracts"]
    return Desired(place, sections, members, rendered, tuple(contracts), bucket)


def _sections(found: Iterable[Resource], bindings: Iterable[Binding]) -> Iterator[Section]:
    items: dict[str, list[Resource | Binding]] = {heading: [] for heading in HEADINGS}
    for resource in found:
        items[KINDS[resource.key.kind].heading].append(resource)
    for binding in bindings:
        items[policies.target(binding.on.kind).heading].append(binding)
    for heading, listed in items.items():
        yield Section(heading, tuple(listed))


def _consumers_first(topology: Topology) -> Topology:
    """Order functions and triggers so that a consumer of messages exists before their publisher,
    and is never the older version of the two."""
    order = topo.consumers_first(topology)
    triggers = sorted(topology.triggers.items(), key=lambda item: order.index(item[1].function))
    functions = {name: topology.functions[name] for name in order}
    return topology.model_copy(update={"functions": functions, "triggers": dict(triggers)})
