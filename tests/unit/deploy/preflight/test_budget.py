"""The budget of an environment, and the billing account that it is on."""

from typing import Any

import pytest

from csvgate_ops.deploy.environment.model import Budget
from csvgate_ops.deploy.preflight.examine import examine
from unit.deploy.plan.environments import environment
from unit.deploy.preflight.recorded import DISABLED, FORBIDDEN, Recorded, answers, faults, request

PROJECT = "example-csvgate-prod"
ACCOUNT = "01A2B3-4C5D6E-7F8091"
OTHER = {"billingEnabled": True, "billingAccountName": "billingAccounts/99A2B3-4-5"}
BUDGET = Budget(amount=250, currency="EUR", billing_account=ACCOUNT)


def found(changed: dict[str, Any]) -> list[tuple[str, str, tuple[str, ...]]]:
    known = answers(PROJECT)
    apis = [*known["services list"], {"name": "projects/1/services/billingbudgets.googleapis.com"}]
    known |= {
        "services list": apis,
        "billing budgets list": [],
        **changed,
    }
    chosen = environment("prod").model_copy(update={"budget": BUDGET})
    return faults(examine(request(Recorded(known), "prod", chosen)))


def test_a_budget_that_can_be_created() -> None:
    assert [] == found({})


@pytest.mark.parametrize(
    ("changed", "code", "said"),
    [
        (
            {"billing projects": OTHER},
            "budget.account",
            "99A2B3-4-5 pays for the project: the budget would count nothing",
        ),
        (
            {"billing accounts describe": {"currencyCode": "CHF"}},
            "budget.currency",
            "is in EUR, but the billing account is in CHF",
        ),
        (
            {"billing budgets list": FORBIDDEN},
            "budget.permission",
            f"ann@example.com may not see budgets of billing account {ACCOUNT}",
        ),
        (
            {"billing accounts describe": FORBIDDEN},
            "budget.permission",
            f"ann@example.com may not see budgets of billing account {ACCOUNT}",
        ),
    ],
)
def test_faults_of_a_budget(changed: dict[str, Any], code: str, said: str) -> None:
    ((fault, description, fix),) = found(changed)
    assert code == fault
    assert said in description
    assert bool(fix) == (code == "budget.permission")


def test_a_billing_account_that_cannot_be_read_is_no_fault() -> None:
    assert [] == found({"billing accounts describe": DISABLED})
