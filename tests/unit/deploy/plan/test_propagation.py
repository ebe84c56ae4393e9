"""Which failures pass by themselves. The messages are those that the stand-in gives; the real
gcloud and bq hear each of them in tests/integration/deploy/test_deploy.py."""

import textwrap

import pytest

from csvgate_ops.deploy.run import propagation
from csvgate_ops.deploy.run.propagation import is_unexplained, spreading
from standin.services.kms import STORAGE_DENIED
from standin.spreading import MESSAGES, SOURCES, Message

VALUES = {
    "api": "eventarc.googleapis.com",
    "bucket": "gcf-v2-sources-123456789012-europe-west1",
    "email": "csvgate-build@example-csvgate-dev.iam.gserviceaccount.com",
    "name": "notify-stakeholders",
    "number": "123456789012",
    "repository": "projects/example-csvgate-dev/locations/europe-west1/repositories/csvgate",
    "role": "projects/example-csvgate-dev/roles/csvgateLoader",
    "secret": "sendgrid-api-key",
}
OTHERS = (
    "ERROR: (gcloud.projects.add-iam-policy-binding) ABORTED: There were concurrent policy changes",
    "ERROR: (gcloud.functions.deploy) ResponseError: status=[409], unable to queue the operation",
    "Error in query string: Error processing job: too many table update operations for this table",
    "ERROR: (gcloud.eventarc.triggers.create) does not have storage.objects.get access to",
    f"ERROR: (gcloud.storage.buckets.create) HTTPError 403: {STORAGE_DENIED}",
)
"""Messages of changes that are under way, and older ones."""


def printed(message: Message) -> str:
    """Return the message as gcloud prints it."""
    text = message.text.format_map(VALUES)
    if message.operation:
        return f"ERROR: (gcloud.x.deploy) OperationError: code={message.operation}, message={text}"
    return f"ERROR: (gcloud.x.create) {message.reason or 'INVALID_ARGUMENT'}: {text}"


@pytest.mark.parametrize("name", MESSAGES)
def test_each_message_of_a_fresh_change_is_known(name: str) -> None:
    text = printed(MESSAGES[name])
    assert (name == "internal") == (spreading(text) is None)
    assert is_unexplained(text) == (MESSAGES[name].operation == 13)
    assert SOURCES[name]


@pytest.mark.parametrize("name", [n for n in MESSAGES if n != "internal"])
def test_line_breaks_do_not_matter(name: str) -> None:
    """bq breaks lines after words and hyphens, and indents the rest."""
    text = printed(MESSAGES[name])
    whole = spreading(text)
    for width in (40, 80):
        lines = textwrap.fill(text, width, subsequent_indent="   ", break_long_words=False)
        assert whole == spreading(lines)


def test_every_cause_has_a_message() -> None:
    found = {spreading(text) for text in (*map(printed, MESSAGES.values()), *OTHERS)}
    assert {*propagation._SPREADING, None} == found


@pytest.mark.parametrize(
    "text",
    [
        "PERMISSION_DENIED: Permission 'storage.buckets.create' denied on resource (or it may not",
        "HTTPError 403: jo@example.com does not have storage.buckets.create access to the project",
        "OperationError: code=3, message=Build failed with status: FAILURE and message: pip failed",
        "INVALID_ARGUMENT: Max instances must be set to 200 or fewer in order to set the requested",
        "Constraint constraints/gcp.resourceLocations violated for projects/p attempting to create",
        "PERMISSION_DENIED: Permission 'run.services.create' denied on resource 'projects/p'",
        "NOT_FOUND: Resource not found (resource=projects/p/topics/t)",
        "ALREADY_EXISTS: Resource already exists in the project (resource=t).",
        "You do not currently have an active account selected.",
        "BigQuery error in mk operation: Access Denied: Project p: User does not have permission",
    ],
)
def test_a_failure_that_stays_stops_the_deploy_at_once(text: str) -> None:
    assert spreading(f"ERROR: (gcloud.x) {text}") is None
    assert not is_unexplained(f"ERROR: (gcloud.x) {text}")


@pytest.mark.parametrize("name", ["account to act as", "account of a function"])
def test_what_may_be_a_missing_role_is_waited_for_less_long(name: str) -> None:
    found = spreading(printed(MESSAGES[name]))
    assert found is not None
    assert found.longest_wait < propagation.LONGEST_WAIT_SECONDS
    assert "roles/iam.serviceAccountUser" in found.what
