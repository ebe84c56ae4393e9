"""The account that deploys, and whether it can read the project at all."""

from typing import Any, Final

from csvgate_ops.deploy.doctor.model import Check, Fault
from csvgate_ops.deploy.preflight import answers
from csvgate_ops.deploy.preflight.context import Request
from csvgate_ops.deploy.run.gcloud import CommandFailed
from csvgate_ops.deploy.run.unread import kind_of

CONFIGURATION: Final = ("gcloud", "config", "list")
_LOGIN: Final = Fault("login.missing", "gcloud is not logged in", ("gcloud auth login",))


def member(request: Request) -> str:
    """Return the account that gcloud uses, as a policy names it, or "" if there is none."""
    settings = request.reader.read(CONFIGURATION)
    email = _value(settings, "auth", "impersonate_service_account")
    email = email or _value(settings, "core", "account")
    if not email or ":" in email:
        return email
    kind = "serviceAccount" if email.endswith(".gserviceaccount.com") else "user"
    return f"{kind}:{email}"


def project(request: Request, account: str) -> tuple[Check, str]:
    """Return the check of login and project, and the project's number: "" if it cannot be read."""
    name = request.place.project
    who = account.partition(":")[2] or "this account"
    try:
        described = request.reader.read(("gcloud", "projects", "describe", name))
    except CommandFailed as error:
        return Check("login and project", faults=(_fault(request, who, error),)), ""
    state = described.get("lifecycleState", "ACTIVE")
    if state != "ACTIVE":
        description = f"project {name} is {state}: it is about to be deleted"
        fault = Fault("project.inactive", description, (f"gcloud projects undelete {name}",))
        return Check("login and project", faults=(fault,)), ""
    result = f"{who} can read project {name}"
    return Check("login and project", result), str(described["projectNumber"])


def _fault(request: Request, who: str, error: CommandFailed) -> Fault:
    name = request.place.project
    if kind_of(error) == "login":
        return _LOGIN
    if answers.is_disabled(error):
        api = "cloudresourcemanager.googleapis.com"
        enable = f"gcloud services enable {api} --project={name}"
        return Fault("api.missing", f"{api} is not enabled: the project cannot be read", (enable,))
    if answers.is_forbidden(error) or answers.is_absent(error):
        description = (
            f"project {name} does not exist, or {who} may not see it: create it, ask its owner for "
            f"access, or correct `project` in {request.file}"
        )
        return Fault("project.unreadable", description, (f"gcloud projects create {name}",))
    return Fault("project.unreadable", f"project {name} cannot be read: {answers.reason(error)}")


def _value(settings: Any, section: str, name: str) -> str:
    return str((settings.get(section) or {}).get(name) or "")
