"""The rules of the pending lane as switches, and what is possible in a world of the model."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of the protocol. A model with one of them off shows what the rule is for."""

    no_acknowledgement_on_found_seal: bool = True
    """A delivery that finds a seal publishes from it before it acknowledges. Off: it takes the seal
    as a sign that all is published."""
    no_acknowledgement_on_foreign_claim: bool = True
    """A delivery that finds its chunk's stream claimed goes on with that stream. Off: it leaves the
    chunk to the owner of the claim, and acknowledges."""
    done_before_looking: bool = True
    """A delivery marks its chunk done before it looks at the others. Off: it looks first."""
    finalize_late: bool = True
    """Streams are finalized when all chunks are done. Off: each one as soon as its chunk is."""
    young_not_found_is_doubted: bool = True
    """NOT_FOUND about a young stream is raised as transient. Off: the attempt is abandoned."""
    decide_before_commit: bool = True
    """The decision is created before the commit is sent. Off: after it."""
    one_decision_object: bool = True
    """Commit and abandonment are contents of one object, created once. Off: they are two objects,
    and an abandoned attempt is over even if it has a commit as well."""
    evidence_binds_its_attempt: bool = True
    """Evidence about an attempt ends that attempt. Off: the first one that has not ended."""
    frozen_stream_list: bool = True
    """A commit names the streams in the decision. Off: those that the service still finds."""
    one_committed_proves_all: bool = True
    """A commit is successful if any of its streams is committed. Off: only if all are."""
    repeat_before_counting: bool = True
    """Rows are counted after the repeated commit was answered. Off: they are counted first, and not
    again."""
    dead_after_25_hours: bool = True
    """"Gone" is believed when no commit can take effect any more. Off: at once. An age that only
    excludes young streams is not enough: a delivery may pause between the answer and the clock."""
    count_by_ingested_at: bool = True
    """Rows are counted by `_upload_id` and `_ingested_at`. Off: by `_upload_id`."""
    republish_before_return: bool = True
    """Events are published again for a further attempt. Off: this is omitted."""
    republish_by_everyone: bool = True
    """Whoever finds them unpublished does it. Off: only who ended the earlier attempt."""
    failed_chunk_is_computed_again: bool = True
    """A delivery of the failed chunk does not believe failed.json. Off: it does, as any other."""
    failed_read_after_done: bool = True
    """A delivery that has marked its chunk done, and has seen another one undone, reads failed.json
    before it acknowledges. Off: it acknowledges."""
    failed_unless_done: bool = True
    """failed.json is believed only if its chunk is not done. Off: always."""


ALL_RULES: Final = Rules()
"""The protocol."""


@dataclass(frozen=True, slots=True)
class World:
    """What is possible: the bounds of the search. No fault takes the streams of the last attempt,
    so that attempts never run out. They can only in a backlog; there, running out of two attempts
    stands for losing any number of them."""

    chunks: int = 1
    attempts: int = 2
    sealed: bool = True
    """The chunk events are published, and the storage event is acknowledged."""
    expiry: bool = True
    """Finalized streams expire after 4 hours, and all uncommitted ones before 25 hours."""
    young: bool = False
    """The service may answer NOT_FOUND about a stream that was just created."""
    late_commits: bool = False
    """A commit may be executed at any time after its sender gave up."""
    backlog: bool = False
    """Two chunks of an attempt are never loaded within the 4 hours for which the service keeps a
    finalized stream. Every attempt, the last too, loses streams that are finalized early."""
    fails: bool = False
    """Enrichment may fail permanently, except in the last attempt; failed.json may be created late.
    The letter of the failed chunk may be replayed."""
    corrects: bool = False
    """The upload is a correction: visible rows of its original have the same `_upload_id`."""
