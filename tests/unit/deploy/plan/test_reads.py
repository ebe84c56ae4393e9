"""How many commands a plan reads a project with. Each is a process of about 0.8 s of CPU.

Whatever can be listed is read with one list. One command each is needed by what no list has: the
policies of resources, permissions of custom roles, access to datasets, versions of secrets.
"""

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest

from csvgate_ops.deploy.plan.model import Desired
from csvgate_ops.deploy.plan.observe import observe
from csvgate_ops.deploy.run.gcloud import Finished, JsonReader
from unit.deploy.plan.environments import ENVIRONMENTS, wanted

LISTS = {
    "services": "api",
    "service-accounts": "account",
    "secrets": "secret",
    "repositories": "repository",
    "buckets": "bucket",
    "topics": "topic",
    "functions": "function",
    "run services": "function",
    "triggers": "trigger",
    "budgets": "budget",
}
"""Group of commands → kind of what its `list` prints."""


POINTER = {
    "url": "gs://b/current.json#1",
    "metadata": {
        "generation": "1",
        "metadata": {"bundle": "0" * 64},
        "timeCreated": "2026-11-29T10:00:00+00:00",
    },
}


class Complete:
    """A project in which everything exists, so that everything is read. Counts the commands by
    group and verb."""

    def __init__(self, desired: Desired) -> None:
        self.desired = desired
        self.asked: Counter[str] = Counter()

    def __call__(self, argv: Sequence[str]) -> Finished:
        words = [word for word in argv if not word.startswith("--")]
        verbs = ("list", "ls", "describe", "get-iam-policy", "show")
        verb = next(word for word in words if word in verbs)
        group = words[words.index(verb) - 1]
        if words[:4] == ["gcloud", "run", "services", "list"]:
            group = "run services"
        self.asked[f"{group} {verb}"] += 1
        return Finished(0, json.dumps(self._answer(group, verb)), "")

    def _answer(self, group: str, verb: str) -> Any:
        place = self.desired.place
        if verb == "list" and group == "subscriptions":
            names = [*self._names("subscription"), *self._names("trigger")]
            return [{"name": name, "topic": "t"} for name in names]
        if verb == "list":
            return [self._item(LISTS[group], name) for name in self._names(LISTS.get(group, ""))]
        if group == "projects" and verb == "describe":
            return {"projectNumber": "123"}
        if verb == "ls":
            return [POINTER]
        return {"location": place.bigquery_location} if verb == "show" else {}

    def _names(self, kind: str) -> list[str]:
        return [r.key.name for r in self.desired.resources if r.key.kind == kind]

    def _item(self, kind: str, name: str) -> dict[str, Any]:
        """Return as much of an item of a list as is read whatever it holds."""
        where = f"projects/p/locations/{self.desired.place.region}"
        more: dict[str, Any] = {
            "account": {"email": self.desired.place.email(name)},
            "bucket": {"name": name, "location": "EU"},
            "budget": {"displayName": name.partition("/")[2]},
            "function": {"metadata": {"name": name}},
            "trigger": {
                "name": f"{where}/triggers/{name}",
                "eventFilters": [{"attribute": "type", "value": "t"}],
                "transport": {"pubsub": {"subscription": f"projects/p/subscriptions/{name}"}},
            },
        }
        return {"name": f"{where}/{name}", **more.get(kind, {})}


def read(name: str) -> Counter[str]:
    """Return the commands that a plan of an environment reads with."""
    run = Complete(wanted(name))
    observed = observe(run.desired, JsonReader(run))
    unseen = ("agent", "secret-version")
    keys = {r.key for r in run.desired.resources if r.key.kind not in unseen}
    assert keys <= observed.resources.keys()
    return run.asked


LISTED = (
    *(
        "services",
        "run services",
        "service-accounts",
        "secrets",
        "repositories",
        "buckets",
        "topics",
    ),
    *("subscriptions", "functions", "triggers", "channels", "policies", "metrics", "dashboards"),
)
ONE_BY_ONE = {
    "projects describe": 1,
    "storage ls": 1,
    "roles describe": 1,
    "versions list": 1,
    "bq show": 2,
    "projects get-iam-policy": 1,
    "service-accounts get-iam-policy": 1,
    "secrets get-iam-policy": 1,
    "repositories get-iam-policy": 1,
    "buckets get-iam-policy": 6,
    "topics get-iam-policy": 5,
    "services get-iam-policy": 3,
    "subscriptions get-iam-policy": 3,
}


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_the_reads_of_a_plan(name: str) -> None:
    asked = read(name)
    budget = {"budgets list": 1} if name == "prod" else {}
    assert {f"{group} list": 1 for group in LISTED} | ONE_BY_ONE | budget == asked
    assert 41 + len(budget) == asked.total()
