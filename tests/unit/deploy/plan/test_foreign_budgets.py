"""Other budgets of the billing account do not stop a plan."""

from typing import Any

import pytest

from csvgate_ops.deploy.kinds import budget
from csvgate_ops.deploy.plan.model import Place
from csvgate_ops.deploy.run.gcloud import JsonReader
from unit.deploy.plan.test_observe import Answers

PLACE = Place("acme-sales-prod", "europe-west3", "europe-west3", "EU")
ACCOUNT = "01A2B3-4C5D6E-7F8091"
OWN = {
    "name": f"billingAccounts/{ACCOUNT}/budgets/own",
    "displayName": "csvgate acme-sales-prod",
    "amount": {"specifiedAmount": {"units": "2000", "currencyCode": "EUR"}},
    "budgetFilter": {"projects": ["projects/123"]},
    "thresholdRules": [{"thresholdPercent": 0.5}, {"thresholdPercent": 1}],
}


@pytest.mark.parametrize(
    "foreign",
    [
        {},
        {"displayName": "Team data", "amount": {"lastPeriodAmount": {}}},
        {"thresholdRules": [{"spendBasis": "CURRENT_SPEND"}]},
        {"budgetFilter": {"labels": {"team": {"values": ["data"]}}}},
    ],
)
def test_a_budget_of_another_team(foreign: dict[str, Any]) -> None:
    other = {"name": f"billingAccounts/{ACCOUNT}/budgets/other", **foreign}
    run = Answers({"projects describe": {"projectNumber": "123"}, "budgets list": [other, OWN]})
    found = budget.observe(PLACE, JsonReader(run), {f"{ACCOUNT}/csvgate acme-sales-prod"})
    assert "2000EUR" == found[f"{ACCOUNT}/csvgate acme-sales-prod"]["amount"]
