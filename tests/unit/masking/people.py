"""A contract about people, its files, and everything that csvgate says about one of them."""

import json
from typing import Final

from csvgate.contracts.match import Contracts
from csvgate.contracts.model import Contract
from unit.validation.files import Field, contract
from world import World

LABELS: Final = ("no", "email", "phone", "iban", "born", "sex", "visits", "seen")
PERSON: Final = {
    "no": "K-17",
    "email": "ann.smith@example.com",
    "phone": "+49301234567",
    "iban": "DE89370400440532013000",
    "born": "1975-03-28",
    "sex": "divers",
    "visits": "12",
    "seen": "2026-11-20",
}
SECRETS: Final = tuple(PERSON[name] for name in ("email", "phone", "iban", "born", "sex"))

FIELDS: Final[tuple[Field, ...]] = (
    {"name": "no", "constraints": {"pattern": "K-[0-9]+"}},
    {"name": "email", "format": "email", "sensitive": True},
    {"name": "phone", "constraints": {"pattern": "\\+[0-9]{6,14}"}, "sensitive": True},
    {"name": "iban", "constraints": {"pattern": "[A-Z]{2}[0-9]{20}"}, "sensitive": True},
    {"name": "born", "type": "date", "sensitive": True},
    {"name": "sex", "constraints": {"enum": ["female", "male", "divers"]}, "sensitive": True},
    {"name": "visits", "type": "integer", "constraints": {"maximum": 1000}},
    {"name": "seen", "type": "date", "format": "any"},
)


def people(*fields: Field, labels: bool = True) -> Contract:
    """The contract, by default with all FIELDS."""
    return contract(
        *(fields or FIELDS),
        dataset="people",
        match=["people/*.csv"],
        dialect={"header": labels},
        limits={"rejected_rate": 1.0, "rejected_rows": 100_000},
        notify={"rejected": ["a@example.org"], "completed": ["a@example.org"]},
    )


HEADER: Final = ",".join(LABELS) + "\n"
VALID: Final = ",".join(PERSON.values()) + "\n"


def everything_said(data: bytes, rules: Contract) -> str:
    """Upload a file and return the outcome events, the emails, the dead letters and the ledger, but
    not the staged chunks and the reject file, which hold whole rows."""
    world = World(contracts=Contracts([rules]))
    world.validate(world.upload("people/a.csv", data))
    world.drain()
    assert world.finished(), "the upload has not ended"
    said = [finished.model_dump_json() for finished in world.finished()]
    said += [f"{mail.subject}\n{mail.text}\n{mail.html}" for mail in world.mailer.sent]
    for messages in world.publisher.topics.values():
        for message in messages:
            said += [bytes(message.data).decode(), json.dumps(dict(message.attributes))]
    said += [stored.data.decode() for stored in world.store.buckets["ledger"].values()]
    return "\n".join(said)
