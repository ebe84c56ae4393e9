"""What a function uses of the contracts: those in the bucket of contracts or, if the settings name
no such bucket, those in a folder.

The function calls what it gets once for each event. A bucket may name other contracts at the next
call; a folder is read once.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from csvgate.contracts.bundle_format import CACHED
from csvgate.contracts.recipients import Recipients, recipients_by_dataset, recipients_in_bundle
from csvgate.runtime.current_contracts import CurrentContracts

if TYPE_CHECKING:
    from csvgate.contracts.match import Contracts
    from csvgate.ports import Clock
    from csvgate.runtime.start_up import Runtime

T = TypeVar("T")

# The imports in these functions save CPU time at a cold start: the YAML library 40 ms, and the
# contract's model, which notify_stakeholders does not need, 20 ms.


def contracts(runtime: "Runtime", source: Path, clock: "Clock") -> "Callable[[], Contracts]":
    """Return a function that returns the contracts. `source` is the function's source folder.
    Raises ContractError for those in a folder."""
    if runtime.settings.contracts_bucket:
        from csvgate.contracts.bundle import read_bundle

        return _in_bucket(runtime, source, clock, read_bundle)
    from csvgate.contracts.load import load_directory

    found = load_directory(source / runtime.settings.contracts_dir)
    return lambda: found


def recipients(
    runtime: "Runtime", source: Path, clock: "Clock"
) -> Callable[[], Mapping[str, Recipients]]:
    """Return a function that returns the recipients of emails in the contracts, by dataset. The
    rules of YAML files are not checked again. Raises ContractError for those in a folder."""
    if runtime.settings.contracts_bucket:
        return _in_bucket(runtime, source, clock, recipients_in_bundle)
    from csvgate.contracts.load import load_directory

    folder = source / runtime.settings.contracts_dir
    found = recipients_by_dataset(load_directory(folder, check_rules=False))
    return lambda: found


def _in_bucket(
    runtime: "Runtime", source: Path, clock: "Clock", parse: Callable[[bytes], T]
) -> CurrentContracts[T]:
    settings = runtime.settings
    found = CurrentContracts(
        runtime.store,
        settings.contracts_bucket,
        parse,
        cached=source / settings.contracts_dir / CACHED,
        pool=runtime.pool,
        clock=clock,
    )
    found.prefetch()
    return found
