"""The errors that the real adapters (csvgate.gcp) raise, by call of the port."""

from random import Random

from csvgate.runtime.errors import Permanent, Transient
from fakes.effects import Effect

_ANY = ("throttled", "unavailable", "forbidden")
_LOST = ("unavailable",)
"""Codes of errors without an answer: the call may have taken effect."""


LATE = frozenset(
    {
        "storage.create",
        "bigquery.create_stream",
        "bigquery.append",
        "bigquery.finalize",
        "bigquery.commit",
        "bigquery.start_job",
    }
)
"""Calls that the service may still execute after their client gave up."""


def given_up(effect: Effect) -> Exception:
    """The client gave up, and does not know whether the service will execute the call."""
    service = effect.kind.split(".")[0]
    code = "mail.unsent" if service == "mail" else f"{service}.unavailable"
    return Transient(code, f"no answer of {effect.kind}")


def corrupted(bucket: str, data: bytes, chance: Random) -> bytes:
    """What a read receives on a bad line: another digit, a part, or a beginning that looks like
    another file. Google's clients compare small objects with their checksum themselves."""
    if bucket not in ("uploads", "staging") or not data:
        return data
    kind = chance.choice(("digit", "part", "header", "last"))
    if kind == "part":
        return data[: chance.randrange(len(data))]
    if kind == "header":
        return b"PK\x03\x04" + data[4:]
    if kind == "last":
        return data[:-2] + b"3\n"
    return data.replace(b"5", b"9")


def refused(effect: Effect, chance: Random) -> Exception:
    """The call did not take effect."""
    service = effect.kind.split(".")[0]
    if service == "mail":
        return chance.choice(
            [
                Transient("mail.unsent", "429"),
                Transient("mail.unknown", "504, not sent"),
                Permanent("mail.refused", "401"),
            ]
        )
    if chance.random() < 0.1:
        return RuntimeError(f"a bug that {effect.kind} brought to light")
    special = {
        "storage.stream": Transient("storage.short", "cut"),
        "storage.piece": Transient("storage.corrupt", "another checksum"),
        "bigquery.append": Transient("append.broken", "the connection broke"),
        "bigquery.connect": Transient("append.broken", "no connection"),
        "bigquery.commit": Transient("commit.contradictory", "another commit is under way"),
        "pubsub.publish": Transient("pubsub.missing", "no such topic"),
    }.get(effect.kind)
    if special and chance.random() < 0.3:
        return special
    return Transient(f"{service}.{chance.choice(_ANY)}", f"injected at {effect.kind}")


def lost(effect: Effect, chance: Random) -> Exception:
    """The call took effect, but its answer is lost."""
    service = effect.kind.split(".")[0]
    if service == "mail":
        return Transient("mail.unknown", "no answer")
    if effect.kind == "bigquery.append" and chance.random() < 0.5:
        return Transient("append.broken", "the connection broke after the rows were taken")
    return Transient(f"{service}.{chance.choice(_LOST)}", f"answer lost of {effect.kind}")
