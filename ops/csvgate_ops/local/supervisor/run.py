"""Runs a local cloud: takes the lock, prepares, supervises the components and cleans up."""

import json
import os
import secrets
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from csvgate_ops.deploy import topology as topo
from csvgate_ops.local.cloud import ports
from csvgate_ops.local.cloud.contract_watch import load_contracts
from csvgate_ops.local.cloud.credentials import ensure_credentials
from csvgate_ops.local.cloud.endpoints import services
from csvgate_ops.local.cloud.errors import CloudError, Fault
from csvgate_ops.local.cloud.files import DataDir, read_json, write_json
from csvgate_ops.local.cloud.options import Options
from csvgate_ops.local.cloud.plan import Plan, plan
from csvgate_ops.local.supervisor import stale
from csvgate_ops.local.supervisor.contract_reloads import ContractReloads
from csvgate_ops.local.supervisor.lock import hold_lock
from csvgate_ops.local.supervisor.process_identity import identify
from csvgate_ops.local.supervisor.supervisor import Report, Supervisor
from csvgate_ops.local.supervisor.warden import warden


def run(options: Options, report: Report) -> None:
    """Run until a signal. Raises CloudError, which is also written to the data directory."""
    data_dir = DataDir(options.data_dir)
    data_dir.create()
    report = _logged(data_dir.log("supervisor"), report)
    with ExitStack() as stack:
        stack.enter_context(hold_lock(data_dir))
        try:
            _run(options, data_dir, report, stack)
        except CloudError as error:
            when = datetime.now(UTC).isoformat(timespec="seconds")
            write_json(data_dir.failure, {"at": when, **error.fault.as_json()})
            report({"event": "failed", **error.fault.as_json()})
            raise
        finally:
            data_dir.endpoints.unlink(missing_ok=True)
            data_dir.supervisor.unlink(missing_ok=True)
        report({"event": "stopped"})


def _run(options: Options, data_dir: DataDir, report: Report, stack: ExitStack) -> None:
    data_dir.failure.unlink(missing_ok=True)
    killed = stale.clean(data_dir)
    if killed:
        report({"event": "cleaned", "processes": killed})
    planned = prepare(options, data_dir)
    for component in planned.components:
        _rotate(data_dir.log(component.name))
    instance = secrets.token_hex(8)

    def changed(supervisor: Supervisor) -> None:
        _write_state(data_dir, instance, supervisor, planned)
        if data_dir.endpoints.exists():
            write_json(data_dir.endpoints, _contents(planned, supervisor, contracts))

    supervisor = Supervisor(planned.components, data_dir, instance, report, changed)
    contracts = ContractReloads(options.contracts, supervisor, report)
    changed(supervisor)
    stack.enter_context(warden(data_dir))

    def on_up() -> None:
        write_json(data_dir.endpoints, _contents(planned, supervisor, contracts))
        report({"event": "up", "endpoints": dict(planned.endpoints)})

    def on_rest() -> None:
        if contracts.step():
            changed(supervisor)

    def on_down() -> None:
        data_dir.endpoints.unlink(missing_ok=True)
        report({"event": "stopping"})

    supervisor.run(on_up, on_rest, on_down)


def prepare(options: Options, data_dir: DataDir) -> Plan:
    """Check everything that can be checked before a process starts. Raises CloudError."""
    try:
        topology = topo.load(options.topology)
    except topo.TopologyError as error:
        raise CloudError(Fault("topology", str(error), f"correct {options.topology}")) from error
    remembered = read_json(data_dir.ports)
    chosen = ports.choose(
        services(topology),
        base=options.port_base,
        wanted=options.ports,
        remembered=remembered if isinstance(remembered, dict) else {},
    )
    planned = plan(topology, options, chosen, os.environ)
    for component in planned.components:
        for need in component.needs:
            if not need.path.exists():
                raise CloudError(Fault(component.name, f"{need.path} is missing", need.remedy))
    # The functions would only report mistakes with their first event.
    load_contracts(options.contracts)
    write_json(data_dir.ports, chosen)
    ensure_credentials(data_dir.credentials, options.project)
    return planned


def _write_state(data_dir: DataDir, instance: str, supervisor: Supervisor, planned: Plan) -> None:
    own = identify(os.getpid())
    write_json(
        data_dir.supervisor,
        {
            **(own.as_json() if own else {}),
            "instance": instance,
            "options": json.loads(planned.options.to_json()),
            "children": {n: child.process.as_json() for n, child in supervisor.children.items()},
        },
    )


def _contents(planned: Plan, supervisor: Supervisor, contracts: ContractReloads) -> dict[str, Any]:
    """Return what endpoints.json contains: the addresses, and what changes while the cloud runs."""
    pids = {name: child.process.pid for name, child in supervisor.children.items()}
    return {
        **planned.endpoints,
        "contracts_digest": contracts.in_use,
        "pids": {"supervisor": os.getpid(), **pids},
    }


def _rotate(log: Path) -> None:
    """Keep the previous run's log as NAME.log.1, so that faults show lines of this run only."""
    if log.exists():
        log.replace(log.with_name(f"{log.name}.1"))


def _logged(log: Path, report: Report) -> Report:
    began = time.monotonic()

    def both(event: dict[str, Any]) -> None:
        when = datetime.now(UTC).isoformat(timespec="milliseconds")
        words = " ".join(f"{k}={v}" for k, v in event.items() if k not in ("event", "endpoints"))
        with log.open("a", encoding="utf-8") as file:
            file.write(f"{when} {event['event']} {words}\n")
        report({**event, "at": round(time.monotonic() - began, 2)})

    return both
