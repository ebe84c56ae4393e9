"""IAM conditions that limit a function to its own kinds of ledger entries, by the objects' names.

Object names start with the upload, so that the kind comes after a part that differs. The function
`extract` of the condition language finds it: it returns the text between the template's start and
end, or "" if the name does not contain them.

Listing is not limited. The resource of a listing is the bucket, and Cloud Storage answers a read of
an absent object with 403 instead of 404 if the caller may not list. Names contain hashes, numbers
and codes, but no row content.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from csvgate.protocol.ledger.access import CONSOLE, CREATES, READS, name_templates
from csvgate.protocol.ledger.paths import UPLOADS

MOST_OPERATORS: Final = 12
"""IAM's limit on logical operators in a condition."""
LIST: Final = "roles/storage.legacyBucketReader"
READ: Final = "roles/storage.objectViewer"
CREATE: Final = "roles/storage.objectCreator"


def creation(bucket: str, function: str) -> Iterator[str]:
    """Yield the conditions under which a function may create ledger objects."""
    return _conditions(bucket, name_templates(CREATES.get(function, ()), function))


def creation_by_console(bucket: str, functions: Iterable[str]) -> Iterator[str]:
    """Yield the conditions under which the deployed console may create ledger objects: jobs, and
    the entries of the breakers of these functions."""
    found = {t for function in functions for t in name_templates(CONSOLE, function)}
    return _conditions(bucket, tuple(sorted(found)))


def reading(bucket: str, function: str) -> Iterator[str]:
    """Yield the conditions under which a function may read ledger objects."""
    kinds = (*CREATES.get(function, ()), *READS.get(function, ()))
    return _conditions(bucket, name_templates(kinds, function))


def _conditions(bucket: str, templates: tuple[str, ...]) -> Iterator[str]:
    """Yield one condition if it has few enough operators; otherwise one about the entries of
    uploads and one about the others."""
    of_uploads = tuple(t for t in templates if t.startswith(UPLOADS))
    others = tuple(t for t in templates if not t.startswith(UPLOADS))
    fits = len(templates) <= MOST_OPERATORS + 1
    for group in (templates,) if fits else (of_uploads, others):
        if group:
            yield " || ".join(
                f'resource.name.extract("projects/_/buckets/{bucket}/objects/{template}") != ""'
                for template in group
            )
