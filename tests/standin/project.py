"""One project: its number, its enabled APIs, its services and their resources."""

import copy
from typing import Any

from standin.refusal import Refusal, invalid
from standin.services.iam_policies import Policies
from standin.spreading import Spreading
from standin.surroundings.state import Surroundings

PREENABLED = ("serviceusage.googleapis.com", "storage.googleapis.com", "bigquery.googleapis.com")
"""APIs that are enabled in a new project, among others."""


class Project:
    def __init__(self, name: str = "example-csvgate-dev", number: str = "123456789012") -> None:
        self.name, self.number, self.region = name, number, "europe-west1"
        self.apis: set[str] = set(PREENABLED)
        self.accounts: dict[str, dict[str, Any]] = {}
        self.roles: dict[str, dict[str, Any]] = {}
        """Custom roles."""
        self.agents: set[str] = set()
        self.buckets: dict[str, dict[str, Any]] = {}
        self.objects: dict[tuple[str, str], list[dict[str, Any]]] = {}
        """Bucket and name → the versions of an object, the current one last."""
        self.topics: dict[str, dict[str, Any]] = {}
        self.subscriptions: dict[str, dict[str, Any]] = {}
        self.datasets: dict[str, dict[str, Any]] = {}
        self.secrets: dict[str, dict[str, Any]] = {}
        self.versions: dict[str, list[dict[str, Any]]] = {}
        self.repositories: dict[str, dict[str, Any]] = {}
        self.functions: dict[str, dict[str, Any]] = {}
        self.services: set[str] = set()
        self.triggers: dict[str, dict[str, Any]] = {}
        self.jobs: dict[str, dict[str, Any]] = {}
        """Cloud Scheduler's."""
        self.budgets: dict[str, dict[str, Any]] = {}
        """Those of the billing account `billing_account`."""
        self.billing_account, self.currency = "01A2B3-4C5D6E-7F8091", "EUR"
        self.unreachable: set[str] = set()
        """Locations whose resources lists leave out."""
        self.sources: dict[str, bytes] = {}
        self.monitoring: dict[str, dict[str, dict[str, Any]]] = {}
        """Alert policies, channels, dashboards and log-based metrics, by the API's collection."""
        self.tables: dict[str, dict[str, Any]] = {}
        self.keys: dict[str, str] = {}
        """Path of each key, of this or other projects → the state of its primary version."""
        self.fresh_on_keys: set[str] = set()
        """Agents, by domain, whose first request with a key is refused: the role is too fresh."""
        self.interfaces: dict[str, dict[str, str]] = {}
        """Path of a service → the annotations of its template: how it is connected to a subnet."""
        self.proxied: set[str] = set()
        """Paths of the services behind Identity-Aware Proxy."""
        self.revisions: dict[str, list[str]] = {}
        """Path of a service → the names of its revisions, the latest one last."""
        self.traffic: dict[str, list[dict[str, Any]]] = {}
        """Path of a service → the targets of its traffic."""
        self.surroundings = Surroundings()
        self.policies = Policies(self)
        self.spreading = Spreading()

    def restore(self, saved: "Project") -> None:
        """Return to the state in a deep copy."""
        policies = self.policies
        vars(self).update(vars(copy.deepcopy(saved)))
        policies.of, self.policies = self.policies.of, policies

    def require(self, api: str) -> None:
        if api and api not in self.apis:
            message = f"{api} has not been used in project {self.number} before or it is disabled."
            raise Refusal(403, message, "SERVICE_DISABLED")
        if api in self.spreading.fresh_apis:
            self.spreading.needs("api", api=api, number=self.number)

    def own(self, name: str) -> None:
        """Refuse requests to other projects."""
        if name not in (self.name, self.number):
            raise Refusal(403, f"The caller does not have permission on project {name}")

    def agent(self, domain: str) -> str:
        return f"service-{self.number}@{domain}.iam.gserviceaccount.com"

    def need_role(self, role: str) -> None:
        """Refuse a custom role that does not exist, or is deleted."""
        custom = self.roles.get(role.rpartition("/")[2], {"deleted": True})
        if role.startswith("projects/") and custom.get("deleted"):
            raise invalid(f"Role {role} does not exist in the resource's hierarchy.")
        if role.startswith("projects/"):
            self.spreading.needs("custom role", role=role)

    def need_account(self, email: str) -> None:
        if email not in self.accounts:
            raise invalid(f"Service account {email} does not exist.")
