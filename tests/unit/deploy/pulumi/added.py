"""Resources that no environment of the repository has."""

from csvgate_ops.deploy.plan.model import Key, Resource

RESOURCES = (
    Resource(
        Key("scheduler-job", "nightly-reconcile"),
        {
            "location": "europe-west1",
            "schedule": "30 3 * * *",
            "time_zone": "Europe/Berlin",
            "uri": "https://reconcile-${PROJECT_NUMBER}.europe-west1.run.app/",
            "method": "POST",
            "headers": '{"Content-Type": "application/json"}',
            "body": '{"days": 2}',
            "service_account": "csvgate-triggers@example-csvgate-dev.iam.gserviceaccount.com",
            "audience": "https://reconcile-${PROJECT_NUMBER}.europe-west1.run.app",
            "attempt_deadline": 180,
            "max_retry_attempts": 3,
            "paused": False,
        },
    ),
    Resource(
        Key("budget", "01A2B3-C4D5E6-F7A8B9/csvgate example-csvgate-dev"),
        {
            "amount": "500EUR",
            "thresholds": "0.5,0.8,1",
            "projects": "projects/${PROJECT_NUMBER}",
        },
    ),
)
