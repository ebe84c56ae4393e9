"""The keys of Cloud KMS that the environment names."""

from collections.abc import Iterator
from typing import Any, Final

from csvgate_ops.deploy.doctor.model import Check, Fault
from csvgate_ops.deploy.preflight import answers
from csvgate_ops.deploy.preflight.context import Argv, Context, Family

_KEYS: Final = ("gcloud", "kms", "keys")


def _named(key: str) -> Argv:
    """Return the arguments that name a key, given by its full path."""
    _, project, _, location, _, ring, _, name = key.split("/")
    return (name, f"--keyring={ring}", f"--location={location}", f"--project={project}")


def _describe(key: str) -> Argv:
    return (*_KEYS, "describe", *_named(key))


def reads(context: Context) -> Iterator[Argv]:
    return map(_describe, dict.fromkeys(context.keys.values()))


def find(context: Context) -> Iterator[Check]:
    for key in dict.fromkeys(context.keys.values()):
        fault = _fault(key, answers.found(context.reader, _describe(key)))
        yield Check(f"key {key.rpartition('/')[2]}", "is enabled", (fault,) if fault else ())


def _fault(key: str, described: Any | None) -> Fault | None:
    used = "resources cannot be created with it"
    if described is None:
        create = " ".join((*_KEYS, "create", *_named(key), "--purpose=encryption"))
        return Fault("key.missing", f"does not exist: {used}", (create,))
    if described.get("purpose") != "ENCRYPT_DECRYPT":
        return Fault("key.purpose", f"has the purpose {described.get('purpose')}: {used}")
    state = (described.get("primary") or {}).get("state", "NONE")
    if state != "ENABLED":
        enable = (
            "gcloud",
            "kms",
            "keys",
            "versions",
            "enable",
            "VERSION",
            f"--key={_named(key)[0]}",
        )
        fix = " ".join((*enable, *_named(key)[1:]))
        return Fault("key.state", f"its primary version is {state}: {used}", (fix,))
    return None


FAMILY = Family("keys of Cloud KMS", find, reads)
