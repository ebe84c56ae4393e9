"""Caches of pure functions: ten thousands of runs call them with the same few arguments.

None of these functions calls a port, so that caching them changes neither which effects there are
nor their order. No mutant changes one of them.
"""

from collections.abc import Callable, Generator, Iterable
from copy import copy
from functools import lru_cache
from types import ModuleType
from typing import Any, TypeVar

from csvgate.contracts.model import Contract
from csvgate.enrichment.rows import references
from csvgate.enrichment.rows.enrich_rows import Enrichment
from csvgate.gcp import columns
from csvgate.ports import Email, Message
from csvgate.protocol import identity, plan
from csvgate.protocol.events import UploadFinished
from csvgate.protocol.ledger import content_paths, day_paths, effect_paths, paths
from csvgate.protocol.ledger.paths import EntryPath
from csvgate.protocol.messages import event_size
from csvgate.validation.batch import Batch
from enrichment import handler as enricher
from enrichment import plans, sealed_load
from fakes import storage
from intake import pin_plan, read_upload
from notification import handler as notifier
from simulate import promise
from simulate.world import watch

KEPT = 5000
"""Results of each function. A run needs a few dozen, and most runs need the same."""
PURE: tuple[tuple[ModuleType, str], ...] = (
    (plans, "from_json"),
    (plan, "from_json"),
    (pin_plan, "from_json"),
    (identity, "digest"),
    (event_size, "_string_bytes"),
    (columns, "can_hold"),
    (storage, "crc32c"),
)
"""Functions of hashable arguments."""
TIMES = {"received_at", "finished_at"}
T = TypeVar("T")


class Same:
    """Stands for an object that cannot be hashed, and equals only what stands for the same one."""

    __slots__ = ("of",)

    def __init__(self, of: Any) -> None:
        self.of = of

    def __hash__(self) -> int:
        return id(self.of)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and self.of is other.of


@lru_cache(1)
def cache_pure_functions() -> None:
    """Put the caches in place, once in a process."""
    for module, name in PURE:
        setattr(module, name, lru_cache(KEPT)(getattr(module, name)))
    for entry in {
        found.entry
        for module in (paths, effect_paths, content_paths, day_paths)
        for found in vars(module).values()
        if isinstance(found, EntryPath)
    }:
        parse = lru_cache(KEPT)(entry.model_validate_json)
        setattr(entry, "model_validate_json", staticmethod(parse))  # noqa: B010 - a class's method
    replaced: tuple[tuple[Any, str, Callable[[Any], Any]], ...] = (
        (read_upload, "validate", _validate),
        (read_upload, "contract_for_extracted_records", _of_one),
        (read_upload, "encode", _encode),
        (sealed_load, "decode", _decode),
        (references, "parse_reference", _parse_reference),
        (plans, "Enrichment", _enrichment),
        (Enrichment, "apply", _apply),
        (notifier, "render", _render),
        (plan, "contract_hash", _of_one),
        (pin_plan, "to_json", _of_one),
        (enricher, "parse_validated_records", _of_message),
        *((module, "parse_outcome", _of_message) for module in (notifier, promise, watch)),
    )
    for owner, name, cached in replaced:
        setattr(owner, name, cached(getattr(owner, name)))


def _bound(known: dict[Any, Any]) -> None:
    if len(known) >= KEPT:
        known.clear()


def _of_one(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    known = lru_cache(KEPT)(lambda argument: function(argument.of))
    return lambda argument: known(Same(argument))


def _validate(validate: Callable[..., Iterable[Batch]]) -> Callable[..., Generator[Batch]]:
    """Files of the simulation have been read as a whole before they are validated. Batches do not
    depend on the key of the hashes. A correction changes its batches, so each run has copies."""
    known: dict[tuple[bytes, Same, int], tuple[Batch, ...]] = {}

    def cached(
        pieces: Iterable[bytes], contract: Contract, *, chunk_bytes: int, **options: Any
    ) -> Generator[Batch]:
        if options["references"] or options["judge"] or options["footer"] is not None:
            yield from validate(pieces, contract, chunk_bytes=chunk_bytes, **options)
            return
        data = b"".join(pieces)
        key = data, Same(contract), chunk_bytes
        if key not in known:
            _bound(known)
            known[key] = tuple(validate([data], contract, chunk_bytes=chunk_bytes, **options))
        yield from map(copy, known[key])

    return cached


def _encode(encode: Callable[..., Any]) -> Callable[..., Any]:
    known: dict[tuple[tuple[int, ...], Same, Same], Any] = {}

    def cached(batch: Batch, contract: Contract) -> Any:
        key = tuple(batch.lines), Same(batch.columns), Same(contract)
        if key not in known:
            _bound(known)
            known[key] = encode(batch, contract)
        return known[key]

    return cached


def _decode(decode: Callable[..., Any]) -> Callable[..., Any]:
    known = lru_cache(KEPT)(
        lambda data, rows, columns: decode(data, rows=rows, columns=dict(columns))
    )
    return lambda data, *, rows, columns: known(data, rows, tuple(columns.items()))


def _parse_reference(parse: Callable[..., Any]) -> Callable[..., Any]:
    known = lru_cache(KEPT)(lambda data, name, of: parse(data, name=name, reference=of.of))
    return lambda data, *, name, reference: known(data, name, Same(reference))


def _of_message(parse: Callable[[Message], T]) -> Callable[[Message], T]:
    known = lru_cache(KEPT)(lambda data, attributes: parse(Message(data, dict(attributes))))
    return lambda message: known(message.data, tuple(message.attributes.items()))


def _enrichment(create: Callable[..., Enrichment]) -> Callable[..., Enrichment]:
    known = lru_cache(KEPT)(
        lambda contract, tables: create(contract.of, {name: t.of for name, t in tables})
    )
    return lambda contract, tables: known(
        Same(contract), tuple((name, Same(table)) for name, table in tables.items())
    )


def _apply(apply: Callable[..., Any]) -> Callable[..., Any]:
    known = lru_cache(KEPT)(lambda enrichment, chunk: apply(enrichment.of, chunk.of))

    def cached(self: Enrichment, chunk: Any, unknown_keys: Any = None) -> Any:
        if unknown_keys is not None:
            return apply(self, chunk, unknown_keys)
        return known(Same(self), Same(chunk))

    return cached


def _render(render: Callable[..., Email]) -> Callable[..., Email]:
    """Each email is rendered once, with the times of the first one: no check reads its text."""
    known: dict[tuple[object, ...], Email] = {}

    def cached(finished: UploadFinished, **options: Any) -> Email:
        key = finished.model_dump_json(exclude=TIMES), *options.items()
        if key not in known:
            _bound(known)
            known[key] = render(finished, **options)
        return known[key]

    return cached
