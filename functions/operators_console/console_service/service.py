"""Composes the service of one instance: who has access, the pages, and the jobs."""

import logging
import secrets
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Final, Self

from flask import Flask

from console_service import context, settings
from console_service.api import api_pages
from console_service.logs import configure_logs
from console_service.project_number import with_project_number
from csvgate.contracts.bundle import read_bundle
from csvgate.contracts.bundle_format import CACHED
from csvgate.contracts.match import Contracts
from csvgate.gcp.build import object_store
from csvgate.runtime.current_contracts import CurrentContracts
from csvgate.runtime.errors import Failure
from csvgate.runtime.start_up import utc_now
from csvgate_ops.operate.audit import Operator
from csvgate_ops.operate.console.app import create_app
from csvgate_ops.operate.console.identity.proofs import Verifier
from csvgate_ops.operate.console.identity.service_access import ServiceAccess, current_operator
from csvgate_ops.operate.console.job_records import JobRecords
from csvgate_ops.operate.console.jobs import Jobs, Recipe, Work
from csvgate_ops.operate.console.pages.actions import work_of
from csvgate_ops.operate.console.site import Site
from csvgate_ops.operate.dead_letters.context import DeadLetterContext

_LOG: Final = logging.getLogger(__name__)
_CALLS: Final = 4
_STATIC: Final = "/assets"
"""Below `/static`, functions-framework answers itself."""
_LOOK: Final = timedelta(seconds=30)
"""How often an instance looks for interrupted jobs while it gets requests."""


@dataclass
class Service:
    """Jobs stay when the contracts change; the pages are then built again."""

    project: str
    access: ServiceAccess
    contracts: Callable[[], Contracts]
    connect: Callable[[Contracts], DeadLetterContext]
    instance: str

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._app: Flask | None = None
        self._site: Site | None = None
        self._jobs: Jobs | None = None
        self._next_look = utc_now()

    @classmethod
    def of(cls, environment: Mapping[str, str], source: Path) -> Self:
        """Return the service for an environment; `source` is the function's folder. Raises
        Transient `settings.invalid`."""
        found = settings.read(environment)
        configure_logs(level=found.log_level, project=found.project)
        store = object_store(found.project)
        contracts = CurrentContracts(
            store,
            found.buckets["contracts"],
            read_bundle,
            cached=source / "contracts" / CACHED,
            pool=ThreadPoolExecutor(_CALLS, thread_name_prefix="call"),
            clock=utc_now,
        )
        return cls(
            project=found.project,
            access=ServiceAccess(
                Verifier(found.sign_in, with_project_number(found.audience), utc_now),
                found.members,
            ),
            contracts=contracts,
            connect=lambda known: context.context(found, store, known),
            instance=f"{found.revision}/{secrets.token_hex(4)}",
        )

    def app(self) -> Flask:
        """Return the application for the contracts in use. Raises Transient and Permanent."""
        known = self.contracts()
        with self._lock:
            if self._app is None or self._site is None or self._site.base.contracts is not known:
                self._build(known)
            assert self._app is not None  # noqa: S101 - built above
            app, jobs = self._app, self._jobs
        if jobs is not None and utc_now() >= self._next_look:
            self._next_look = utc_now() + _LOOK
            threading.Thread(target=_resume, args=(jobs,), name="resume", daemon=True).start()
        return app

    def _build(self, contracts: Contracts) -> None:
        known = self._site
        base = replace(known.base, contracts=contracts) if known else self.connect(contracts)
        site = Site.of(base, self.project, is_local=False, who=current_operator)
        if self._jobs is None:
            records = JobRecords(base.ledger, base.clock, self.instance)
            self._jobs = Jobs(base.clock, records, self._work)
        app = create_app(site, self.access, self._jobs, static_path=_STATIC)
        app.register_blueprint(api_pages(site))
        self._app, self._site = app, site
        site.refresh()

    def _work(self, recipe: Recipe, operator: Operator) -> Work | None:
        """Return the work of a job that this instance continues for whoever began it; None for
        somebody who is not a member any more."""
        if not self.access.is_member(operator):
            return None
        assert self._site is not None  # noqa: S101 - jobs exist only with a site
        base = self._site.base
        acting = replace(base, actor=operator.name, verified_by=operator.verified_by)
        return work_of(self._site, recipe, acting)


def _resume(jobs: Jobs) -> None:
    try:
        jobs.resume_interrupted()
    except Failure as failure:
        _LOG.warning("interrupted jobs cannot be read: %s", failure)
