"""Budgets of a billing account, which alert at shares of an amount."""

import re
from typing import Any

import pulumi_gcp as gcp

from csvgate_ops.deploy import DeployError
from csvgate_pulumi.site import Site, Wanted


def budget(site: Site, wanted: Wanted, options: Any) -> Any:
    account, _, shown = wanted.key.name.partition("/")
    parts = re.fullmatch(r"([0-9]+)([A-Z]{3})?", wanted["amount"])
    if parts is None:
        raise DeployError(f"{wanted.key}: amount is not whole units and a currency, as in 500EUR")
    units, currency = parts.groups()
    return gcp.billing.Budget(
        str(wanted.key),
        billing_account=account,
        display_name=shown,
        amount=gcp.billing.BudgetAmountArgs(
            specified_amount=gcp.billing.BudgetAmountSpecifiedAmountArgs(
                units=units, currency_code=currency
            )
        ),
        budget_filter=gcp.billing.BudgetBudgetFilterArgs(
            projects=[site.filled(wanted["projects"])]
        ),
        threshold_rules=[
            gcp.billing.BudgetThresholdRuleArgs(threshold_percent=float(share))
            for share in wanted["thresholds"].split(",")
        ],
        opts=options,
    )
