"""The enabled APIs. A deploy enables the others, so a missing one is a fault only if no other can
be enabled without it."""

from typing import Final

from csvgate_ops.deploy.doctor.model import Check, Fault
from csvgate_ops.deploy.preflight import answers
from csvgate_ops.deploy.preflight.context import Request
from csvgate_ops.deploy.run.gcloud import CommandFailed

_SUBJECT: Final = "APIs"


def check(request: Request) -> tuple[Check, frozenset[str]]:
    """Return the check, and the names of the enabled APIs."""
    where = f"--project={request.place.project}"
    try:
        listed = request.reader.read(("gcloud", "services", "list", "--enabled", where))
    except CommandFailed as error:
        if not answers.is_disabled(error):
            return Check(_SUBJECT, skipped=answers.reason(error)), frozenset()
        description = "serviceusage.googleapis.com is not enabled: no other API can be enabled"
        fix = (f"gcloud services enable serviceusage.googleapis.com {where}",)
        return Check(_SUBJECT, faults=(Fault("api.missing", description, fix),)), frozenset()
    enabled = frozenset(item["name"].rpartition("/")[2] for item in listed)
    wanted = {r.key.name for r in request.desired.resources if r.key.kind == "api"}
    present = len(wanted & enabled)
    rest = "" if present == len(wanted) else "; deploy enables the others"
    return Check(_SUBJECT, f"{present} of {len(wanted)} are enabled{rest}"), enabled
