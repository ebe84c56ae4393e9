"""Cloud Scheduler jobs, which call a URL with an OIDC token."""

import base64
import json
from typing import Any

import pulumi_gcp as gcp

from csvgate_pulumi.site import Site, Wanted


def job(site: Site, wanted: Wanted, options: Any) -> Any:
    body, headers = wanted["body"], wanted["headers"]
    return gcp.cloudscheduler.Job(
        str(wanted.key),
        name=wanted.key.name,
        region=site.place.region,
        schedule=wanted["schedule"],
        time_zone=wanted["time_zone"],
        attempt_deadline=f"{wanted['attempt_deadline']}s",
        paused=wanted["paused"],
        retry_config=gcp.cloudscheduler.JobRetryConfigArgs(
            retry_count=wanted["max_retry_attempts"]
        ),
        http_target=gcp.cloudscheduler.JobHttpTargetArgs(
            uri=site.filled(wanted["uri"]),
            http_method=wanted["method"],
            headers=json.loads(headers) if headers else None,
            body=base64.b64encode(body.encode()).decode() if body else None,
            oidc_token=gcp.cloudscheduler.JobHttpTargetOidcTokenArgs(
                service_account_email=wanted["service_account"],
                audience=site.filled(wanted["audience"]),
            ),
        ),
        project=site.place.project,
        opts=options,
    )
