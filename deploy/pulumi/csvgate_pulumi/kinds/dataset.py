"""BigQuery datasets."""

from typing import Any

import pulumi_gcp as gcp

from csvgate_pulumi.kinds.labels import encrypted, labels
from csvgate_pulumi.site import Site, Wanted


def dataset(site: Site, wanted: Wanted, options: Any) -> Any:
    return gcp.bigquery.Dataset(
        str(wanted.key),
        dataset_id=wanted.key.name,
        location=wanted["location"],
        description=wanted["description"],
        labels=labels(wanted),
        default_encryption_configuration=encrypted(
            wanted, gcp.bigquery.DatasetDefaultEncryptionConfigurationArgs, "kms_key_name"
        ),
        delete_contents_on_destroy=site.delete_data,
        project=site.place.project,
        opts=options,
    )
