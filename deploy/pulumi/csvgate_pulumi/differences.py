"""What the Pulumi program does differently from `csvgate deploy`, and why.

docs/pulumi.md shows this table, and the test of the program accepts no other difference.
"""

from collections.abc import Mapping
from typing import Final

FIELDS: Final[Mapping[str, str]] = {
    "function.state": (
        "A build that fails makes `pulumi up` fail, and the next one deploys the function again."
    ),
    "custom-role.deleted": (
        "The provider restores a deleted role when it creates it. A role that somebody deletes "
        "later is not restored: `csvgate doctor` shows it."
    ),
}
"""`kind.field` → why Pulumi has no such property."""

RESOURCES: Final[Mapping[str, str]] = {
    "gcp:storage/bucket:Bucket sources": (
        "The bucket `PROJECT-function-sources`: gcloud uploads sources to a bucket of Cloud "
        "Functions, to which the provider cannot upload."
    ),
    "gcp:storage/bucketObject:BucketObject source": (
        "The archive of each function's sources. Its name contains the digest, so that changed "
        "sources are deployed."
    ),
}
"""Type and first word of the name → why only Pulumi creates this resource."""

BEHAVIOUR: Final[Mapping[str, str]] = {
    "subscriptions of the triggers": (
        "Eventarc creates them, and the provider cannot change what it did not create "
        "(terraform-provider-google#17697). A dynamic resource of the program sets their policies "
        "with Pub/Sub's API, so events keep the form and the route that they have with gcloud. "
        "Each `pulumi up` and `pulumi preview` compares them with the project; "
        "`pulumi refresh` does not see them."
    ),
    "console behind Identity-Aware Proxy": (
        "The service of a function belongs to Cloud Functions, so a dynamic resource of the "
        "program switches the proxy with Cloud Run's API, again after each change of the source. "
        "`pulumi refresh` does not see it. Members who are taken out of `members` lose their role; "
        "a console that is taken out is deleted."
    ),
    "value of a secret": (
        "A person adds it, as with gcloud. Pulumi checks that the version is enabled and does not "
        "read its value, which it would write to its state."
    ),
    "contracts and tables": (
        "Pulumi creates the bucket of the contracts. `csvgate contracts deploy ENV` puts them "
        "there and alters existing tables, whose changes depend on their present columns: run it "
        "after the first `pulumi up` and after each change of a contract."
    ),
    "labels": (
        "Pulumi sets the labels of the environment file and removes those that it set before. "
        "`csvgate deploy` also removes labels that others have set."
    ),
    "canaries": (
        "All traffic goes to the newest revision of a function. Shares of traffic "
        "(`deploy.sh --canary`) are not for projects that Pulumi deploys."
    ),
    "roles that are not needed": (
        "Roles that somebody granted outside of Pulumi stay. `csvgate doctor` shows them."
    ),
    "roles that are still spreading": (
        "A first deploy with gcloud waits and repeats what Google refuses for some minutes. The "
        "provider repeats only some of it: run `pulumi up` again."
    ),
    "changes that a service refuses": (
        "`csvgate deploy` stops, and a person decides. Pulumi offers to replace the resource, and "
        "replacing a trigger loses waiting events. It refuses to replace what holds data, which is "
        "protected."
    ),
    "removal": (
        "`pulumi destroy --exclude-protected` removes what `deploy/teardown.sh` removes. Buckets, "
        "datasets, secrets and dead letters stay in the stack."
    ),
}
"""Subject → how Pulumi differs."""


def fields_of(kind: str) -> frozenset[str]:
    """Return the fields of a kind that Pulumi does not have."""
    return frozenset(
        name.removeprefix(f"{kind}.") for name in FIELDS if name.startswith(f"{kind}.")
    )


def table() -> str:
    """Return the differences as a Markdown table."""
    named = {
        **{f"`{name}`": why for name, why in FIELDS.items()},
        **{f"`{name.partition(' ')[0]}`": why for name, why in RESOURCES.items()},
        **BEHAVIOUR,
    }
    rows = "".join(f"| {name} | {why} |\n" for name, why in named.items())
    return f"| what | with Pulumi |\n|---|---|\n{rows}"
