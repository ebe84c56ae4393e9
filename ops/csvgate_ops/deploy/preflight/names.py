"""The names of buckets, which must be unique in all of Cloud Storage."""

from collections.abc import Iterator
from typing import Final

from csvgate_ops.deploy.doctor.model import Check, Fault
from csvgate_ops.deploy.preflight import answers
from csvgate_ops.deploy.preflight.context import Argv, Context, Family
from csvgate_ops.deploy.run.gcloud import CommandFailed

_BUCKETS: Final = ("gcloud", "storage", "buckets")


def _describe(name: str) -> Argv:
    return (*_BUCKETS, "describe", f"gs://{name}")


def _list(context: Context) -> Argv:
    return (*_BUCKETS, "list", "--raw", context.where)


def reads(context: Context) -> Iterator[Argv]:
    yield _list(context)
    yield from map(_describe, context.names("bucket"))


def find(context: Context) -> Iterator[Check]:
    wanted = context.names("bucket")
    own = {item["name"] for item in context.reader.read(_list(context))}
    faults = tuple(
        Fault(
            "bucket.taken",
            f"gs://{name} belongs to another project: set another name under `names.buckets` in "
            f"{context.file}",
        )
        for name in wanted
        if name not in own and _is_taken(context, name)
    )
    existing = len(own & set(wanted))
    result = f"{len(wanted)} are free" if not existing else f"{existing} exist already"
    yield Check("names of buckets", result, faults)


def _is_taken(context: Context, name: str) -> bool:
    """Return whether somebody else has a bucket of that name: Cloud Storage then answers 403, or
    describes it if it is public."""
    try:
        return answers.found(context.reader, _describe(name)) is not None
    except CommandFailed as error:
        if answers.is_forbidden(error):
            return True
        raise


FAMILY = Family("names of buckets", find, reads)
