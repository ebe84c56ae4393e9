"""The budget, if the environment has one: it can be created on the account that pays."""

from collections.abc import Iterator

from csvgate_ops.deploy.doctor.model import Check, Fault
from csvgate_ops.deploy.preflight import answers, billing
from csvgate_ops.deploy.preflight.context import Argv, Context, Family
from csvgate_ops.deploy.run.gcloud import CommandFailed


def _account(name: str) -> Argv:
    return ("gcloud", "billing", "accounts", "describe", name)


def _budgets(context: Context, account: str) -> Argv:
    listing = ("gcloud", "billing", "budgets", "list")
    return (*listing, f"--billing-account={account}", context.where)


def reads(context: Context) -> Iterator[Argv]:
    if budget := context.settings.budget:
        yield _account(budget.billing_account)
        if "billingbudgets.googleapis.com" in context.apis:
            yield _budgets(context, budget.billing_account)


def find(context: Context) -> Iterator[Check]:
    budget = context.settings.budget
    if budget is None:
        return
    faults = []
    paying = billing.account(context)
    if paying and paying != budget.billing_account:
        description = (
            f"is on billing account {budget.billing_account}, but {paying} pays for the project: "
            f"the budget would count nothing. Correct `budget.billing_account` in {context.file}"
        )
        faults.append(Fault("budget.account", description))
    try:
        for argv in reads(context):
            context.reader.read(argv)
        currency = context.reader.read(_account(budget.billing_account)).get("currencyCode")
    except CommandFailed as error:
        if not answers.is_forbidden(error):
            raise
        currency = None
        faults.append(_forbidden(context, budget.billing_account))
    if currency and currency != budget.currency:
        description = (
            f"is in {budget.currency}, but the billing account is in {currency}, and Google "
            f"refuses any other. Correct `budget.currency` in {context.file}"
        )
        faults.append(Fault("budget.currency", description))
    yield Check("budget", f"{budget.amount} {budget.currency} a month", tuple(faults))


def _forbidden(context: Context, account: str) -> Fault:
    grant = (
        f"gcloud billing accounts add-iam-policy-binding {account} "
        f"--member={context.member or 'MEMBER'} --role=roles/billing.costsManager"
    )
    description = f"{context.who} may not see budgets of billing account {account}"
    return Fault("budget.permission", description, (grant,))


FAMILY = Family("budget", find, reads)
