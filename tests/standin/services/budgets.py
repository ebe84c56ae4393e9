"""Cloud Billing's budgets of one billing account. gcloud 528 has no setting for the address of this
API, so it is reached through `standin.tunnel`."""

from typing import Any

from standin.paging import page
from standin.project import Project
from standin.refusal import Refusal, invalid, not_found
from standin.service import Answer, Request, Service
from standin.shapes import Needed, Text, Whole, check, masked

MONEY = {"units": Whole(1, 10**12, as_text=True), "nanos": int, "currencyCode": str}
BUDGET = {
    "name": str,
    "displayName": Needed(Text(r".{1,60}")),
    "amount": Needed({"specifiedAmount": Needed(MONEY)}),
    "budgetFilter": {"projects": [Text(r"projects/[a-z0-9-]+")]},
    "thresholdRules": [{"thresholdPercent": float, "spendBasis": Text("CURRENT_SPEND")}],
    "notificationsRule": {"disableDefaultIamRecipients": bool},
    "etag": str,
}
CHANGES = {**BUDGET, "displayName": str, "amount": {"specifiedAmount": MONEY}}


class BillingBudgets(Service):
    def __init__(self, project: Project) -> None:
        super().__init__(project, "billingbudgets", "billingbudgets.googleapis.com")
        base = r"v1/billingAccounts/(?P<account>[^/]+)/budgets"
        one = base + r"/(?P<name>[^/]+)"
        self.routes = [
            ("GET", base, self.list),
            ("POST", base, self.create),
            ("GET", one, self.get),
            ("PATCH", one, self.patch),
            ("DELETE", one, self.delete),
        ]

    def list(self, request: Request, account: str) -> Answer:
        self._own(account)
        request.only("scope")
        return page(request, "budgets", self.project.budgets.values())

    def create(self, request: Request, account: str) -> Answer:
        self._own(account)
        check(request.body, BUDGET)
        name = f"5f0e-{len(self.project.budgets) + 1}"
        path = f"billingAccounts/{account}/budgets/{name}"
        self.project.budgets[name] = self._held({**request.body, "name": path})
        return self.project.budgets[name]

    def get(self, _request: Request, account: str, name: str) -> Answer:
        return self._there(account, name)

    def patch(self, request: Request, account: str, name: str) -> Answer:
        there, mask = self._there(account, name), request.only("updateMask").get("updateMask", "")
        check(request.body, CHANGES)
        if not mask:
            raise invalid("the stand-in changes budgets with an update mask")
        changed = {**there, "amount": {**there["amount"]}}
        changed["budgetFilter"] = {**there.get("budgetFilter", {})}
        masked(changed, request.body, mask)
        there.clear()
        there.update(self._held(changed))
        return there

    def delete(self, _request: Request, account: str, name: str) -> Answer:
        self._there(account, name)
        del self.project.budgets[name]
        return {}

    def _own(self, account: str) -> None:
        if account != self.project.billing_account:
            raise Refusal(403, "The caller does not have permission")

    def _there(self, account: str, name: str) -> dict[str, Any]:
        self._own(account)
        if name not in self.project.budgets:
            raise not_found(name)
        return self.project.budgets[name]

    def _held(self, budget: dict[str, Any]) -> dict[str, Any]:
        """Check the currency, and return projects by their numbers, as the service does."""
        amount = budget["amount"]["specifiedAmount"]
        if amount.get("currencyCode", self.project.currency) != self.project.currency:
            raise invalid("The currency code must be the billing account's.")
        names = {f"projects/{self.project.name}": f"projects/{self.project.number}"}
        projects = [names.get(p, p) for p in budget.get("budgetFilter", {}).get("projects", ())]
        money = {"currencyCode": self.project.currency, **amount, "units": str(amount["units"])}
        filtered = {**budget.get("budgetFilter", {}), "projects": projects}
        return {**budget, "amount": {"specifiedAmount": money}, "budgetFilter": filtered}
