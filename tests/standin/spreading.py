"""Changes that have not spread yet: what services answer in the first minutes after a change.

In a slow project, the first request that depends on a fresh role, account, API or metric is refused
with the message of the real service, once for each message. `SOURCES` says where it was seen.
"""

from dataclasses import dataclass, field
from typing import Final

from standin.refusal import Refusal


class OperationFailed(Exception):
    """A long-running operation ends with this code of google.rpc."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Message:
    """`text` may contain fields of the request in braces. With an `operation`, the request is
    accepted, and its operation fails with that code."""

    text: str
    status: int = 400
    reason: str = ""
    operation: int = 0

    def error(self, **values: str) -> Refusal | OperationFailed:
        text = self.text.format(**values)
        if self.operation:
            return OperationFailed(self.operation, text)
        return Refusal(self.status, text, self.reason or None)


SOURCES: Final = {
    "api": "Service Usage, documentation",
    "account": "magic-modules#10813, GoogleCloudPlatform/cdmc#50",
    "account policy": "IAM API: getIamPolicy of an account that was just created",
    "account of a function": "firebase-tools#10859",
    "account of a trigger": "firebase-tools#11047",
    "account to act as": "privacysandbox/aggregation-service#47",
    "custom role": "IAM API: setIamPolicy with a role that was just created",
    "repository": "firebase-tools#5244",
    "sources": "terraform-provider-google#20571",
    "images": "firebase-tools#8431, and pushes to Artifact Registry",
    "logs": "GoogleCloudPlatform/terraform-genai-knowledge-base#245",
    "image of a service": "Cloud Run, troubleshooting",
    "internal": "googlearchive/cloud-functions-emulator#123",
    "secret": "Cloud Run, troubleshooting",
    "eventarc agent": "terraform-provider-google#25294, pulumi-gcp#1290",
    "bucket of a trigger": "google-github-actions/deploy-cloud-functions#461",
    "publisher": "Eventarc, troubleshooting",
    "receiver": "GoogleCloudPlatform/eventarc-samples#94",
    "metric": "Cloud Monitoring, alertPolicies.create",
}

MESSAGES: Final = {
    "api": Message(
        "{api} has not been used in project {number} before or it is disabled. Enable it by "
        "visiting https://console.developers.google.com/apis/api/{api}/overview?project={number} "
        "then retry. If you enabled this API recently, wait a few minutes for the action to "
        "propagate to our systems and retry.",
        403,
        "SERVICE_DISABLED",
    ),
    "account": Message("Service account {email} does not exist."),
    "account policy": Message("Unknown service account", 404),
    "account of a function": Message(
        "Service account projects/-/serviceAccounts/{email} was not found. Please provide a valid "
        "service account, and verify that the caller has been granted the "
        "'iam.serviceAccounts.actAs' permission.",
        404,
    ),
    "account of a trigger": Message(
        "The request was invalid: invalid service account {email} provided"
    ),
    "account to act as": Message(
        "Could not create Cloud Run service {name}. Permission 'iam.serviceaccounts.actAs' denied "
        "on service account {email} (or it may not exist).",
        403,
    ),
    "custom role": Message("Role {role} does not exist in the resource's hierarchy."),
    "repository": Message(
        "Unable to retrieve the repository metadata for {repository}. Ensure that the Cloud "
        "Functions service account has 'artifactregistry.repositories.list' and "
        "'artifactregistry.repositories.get' permissions. You can add the permissions by granting "
        "the role 'roles/artifactregistry.reader'.",
        403,
    ),
    "sources": Message(
        "Build failed with status: FAILURE and message: failed to Fetch: failed to download "
        "archive gs://{bucket}/{name}/function-source.zip: Access to bucket {bucket} denied. You "
        "must grant Storage Object Viewer permission to {email}. If you are using VPC Service "
        "Controls, you must also grant it access to your service perimeter.\n. For more details "
        "see the logs at https://console.cloud.google.com/cloud-build/builds.",
        operation=13,
    ),
    "images": Message(
        "Build failed with status: FAILURE and message: ERROR: failed to push the image: denied: "
        'Permission "artifactregistry.repositories.uploadArtifacts" denied on resource '
        '"{repository}" (or it may not exist). For more details see the logs at '
        "https://console.cloud.google.com/cloud-build/builds.",
        operation=3,
    ),
    "logs": Message(
        "Build failed with status: FAILURE. Could not build the function due to a missing "
        "permission on the build service account. If you didn't revoke that permission explicitly, "
        "this could be caused by a change in the organization policies.",
        operation=3,
    ),
    "image of a service": Message(
        "Could not create or update Cloud Run service {name}, Google Cloud Run Service Agent "
        "service-{number}@serverless-robot-prod.iam.gserviceaccount.com must have permission to "
        "read the image, {repository}/{name}. Ensure that the provided container image URL is "
        "correct and that the above account has permission to access the image. If you just "
        "enabled the Cloud Run API, the permissions might take a few minutes to propagate.",
        operation=7,
    ),
    "internal": Message(
        "The service has encountered an internal error. Please try again later.", operation=13
    ),
    "secret": Message(
        "Could not create or update Cloud Run service {name}, Permission denied on secret: "
        "{secret} for Revision service account {email}. The service account used must be granted "
        "the 'Secret Manager Secret Accessor' role (roles/secretmanager.secretAccessor) at the "
        "secret, project or higher level.",
        operation=3,
    ),
    "eventarc agent": Message(
        'Invalid resource state for "": Permission denied while using the Eventarc Service Agent. '
        "If you recently started to use Eventarc, it may take a few minutes before all necessary "
        "permissions are propagated to the Service Agent. Otherwise, verify that it has Eventarc "
        "Service Agent role.",
        400,
        "FAILED_PRECONDITION",
    ),
    "bucket of a trigger": Message(
        'Permission "storage.buckets.get" denied on "Bucket \\"{bucket}\\" could not be '
        "validated. Please verify that the bucket exists and that the Eventarc service account has "
        'permission."',
        403,
    ),
    "publisher": Message(
        "The Cloud Storage service account for your bucket is unable to publish to Cloud Pub/Sub "
        "topics in the specified project. To use GCS CloudEvent triggers, the GCS service account "
        "requires the Pub/Sub Publisher (roles/pubsub.publisher) IAM role in the specified project."
    ),
    "receiver": Message('Permission "eventarc.events.receiveEvent" denied on "{email}"', 403),
    "metric": Message(
        'Cannot find metric that matches type = "logging.googleapis.com/user/{name}". If a metric '
        "was created recently, it could take up to 10 minutes to become available. Please try "
        "again soon.",
        404,
    ),
}


@dataclass
class Spreading:
    """`slow` projects refuse first requests. `heard` are the messages that were given."""

    slow: bool = False
    fresh_apis: set[str] = field(default_factory=set)
    heard: list[str] = field(default_factory=list)

    def needs(self, message: str, /, **values: str) -> None:
        """Raises Refusal or OperationFailed the first time, in a slow project."""
        if self.slow and message not in self.heard:
            self.heard.append(message)
            raise MESSAGES[message].error(**values)
