"""Scenarios of uploads with the content of another one."""

from dataclasses import replace
from datetime import timedelta

from simulate.effect_scenarios import codes_must_be
from simulate.happenings import all_of, correct, delete_file, deploy, send, unstage, wait
from simulate.sequence import Scenario, Sequence
from simulate.undo_scenarios import revoke
from simulate.world import shop
from simulate.world.cloud import Revision

SMALL = Revision(chunk_bytes=400, request_bytes=5000)
STRICT = replace(SMALL, contracts=2)
A, B = "once/a.csv", "once/b.csv"
TWO, SOME_BAD = shop.file("5", "6"), shop.file("5", "x")
TOO_MUCH = shop.file("500", "500", "500")
"""Version 2 of the contracts rejects this file, and version 1 loads it."""


def hold_back(sequence: Sequence) -> None:
    """Every message that is under way arrives later."""
    sequence.mailroom.collect()
    late = timedelta(minutes=1)
    waiting = sequence.mailroom.waiting
    waiting[:] = [replace(parcel, due=parcel.due + late) for parcel in waiting]


def hold_back_uploads(sequence: Sequence) -> None:
    """What is uploaded next arrives after everything that is under way."""
    sequence.cloud.now += timedelta(minutes=1)


IDENTICAL = (
    Scenario(
        "the same content again",
        send(A, TWO),
        last=all_of(send(A, TWO), send(B, TWO)),
        after=codes_must_be("upload.identical", "upload.identical"),
        revision=SMALL,
    ),
    Scenario(
        "the same content again, upon a crash",
        send(A, shop.file("5", "6", "7")),
        upon_crash=send(B, shop.file("5", "6", "7")),
        versioned=True,
    ),
    Scenario(
        "the same content at once",
        all_of(send(A, TWO), send(A, TWO), send(B, TWO)),
        revision=SMALL,
        versioned=True,
    ),
    Scenario(
        "the same content while one stands still",
        send(A, TWO),
        upon_freeze=all_of(send(A, TWO), send(B, TWO)),
        revision=SMALL,
        versioned=True,
    ),
    Scenario(
        "the same content while the first is under way and then rejected",
        send(A, TOO_MUCH),
        then=all_of(hold_back, deploy(SMALL), send(B, TOO_MUCH)),
        last=send(B, TOO_MUCH),
        after=codes_must_be("?", "upload.identical"),
        revision=STRICT,
        versioned=True,
    ),
    Scenario(
        "the same content after a rejection",
        send(A, TOO_MUCH),
        last=all_of(deploy(SMALL), send(A, TOO_MUCH)),
        after=codes_must_be("?"),
        revision=STRICT,
    ),
    Scenario(
        "the same content after a revocation",
        send(A, TWO),
        last=all_of(revoke, hold_back_uploads, send(A, TWO)),
        after=codes_must_be(),
        revision=SMALL,
        versioned=True,
    ),
    Scenario(
        "other content of the same size",
        send(A, TWO),
        last=send(B, shop.file("6", "7")),
        after=codes_must_be(),
        revision=SMALL,
        points="none",
    ),
    Scenario(
        "the same content and correction again",
        send(A, SOME_BAD),
        last=all_of(correct, wait(seconds=1), send(A, SOME_BAD)),
        after=codes_must_be("upload.identical"),
        revision=SMALL,
        versioned=True,
        points="none",
    ),
    Scenario(
        "the same content, and the first one's staged chunk and file deleted",
        send(A, shop.file("5", "6", "7")),
        at={1: all_of(unstage, delete_file)},
        last=send(B, shop.file("5", "6", "7")),
    ),
)
