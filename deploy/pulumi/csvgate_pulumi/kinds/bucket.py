"""Cloud Storage buckets."""

import json
from typing import Any

import pulumi_gcp as gcp

from csvgate_pulumi.arguments import arguments
from csvgate_pulumi.kinds.labels import encrypted, labels
from csvgate_pulumi.site import Site, Wanted


def bucket(site: Site, wanted: Wanted, options: Any) -> Any:
    name, retention = wanted.key.name, wanted["retention"]
    return gcp.storage.Bucket(
        str(wanted.key),
        name=name,
        # The service returns locations in capital letters.
        location=wanted["location"].upper(),
        uniform_bucket_level_access=wanted["uniform_access"],
        public_access_prevention=wanted["public_access_prevention"],
        versioning=gcp.storage.BucketVersioningArgs(enabled=wanted["versioning"]),
        soft_delete_policy=gcp.storage.BucketSoftDeletePolicyArgs(
            retention_duration_seconds=wanted["soft_delete"]
        ),
        retention_policy=gcp.storage.BucketRetentionPolicyArgs(retention_period=str(retention))
        if retention
        else None,
        lifecycle_rules=_lifecycle(name, wanted["lifecycle"]),
        labels=labels(wanted),
        encryption=encrypted(wanted, gcp.storage.BucketEncryptionArgs, "default_kms_key_name"),
        force_destroy=site.delete_data,
        project=site.place.project,
        opts=options,
    )


def _lifecycle(name: str, text: str) -> list[Any]:
    rules = json.loads(text)["rule"] if text else []
    taker = gcp.storage.BucketLifecycleRuleArgs
    return [
        taker(**arguments(taker, rule, f"bucket {name}: lifecycle[{at}]"))
        for at, rule in enumerate(rules)
    ]
