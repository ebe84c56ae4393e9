"""The process in which DuckDB computes: `python -m csvgate.enrichment.sql.process.duckdb_child`.

Requests come through standard input and replies go through standard output; nothing else may be
written there. A hostile value may crash DuckDB or fill its memory: then only this process dies. It
also ends with the function, at the latest when the query that runs is over its time.
"""

import os
import select
import signal
import threading
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Final

from csvgate.enrichment.sql.process.engine import CHUNK_SECONDS, MEMORY_BYTES
from csvgate.enrichment.sql.process.engine_errors import EngineTooSlow, SqlError
from csvgate.enrichment.sql.process.frames import (
    Ended,
    read_json,
    read_table,
    write_json,
    write_table,
)

_CHUNK_BYTES: Final = 512 * 1024 * 1024
"""The most bytes of a chunk as Arrow writes it; the function limits it to much less."""


def main() -> None:
    # A parent that ignores these signals passes that on to its children.
    for number in (signal.SIGALRM, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    requests, replies = _take_pipes()
    threading.Thread(target=_end_with_parent, args=(requests.fileno(),), daemon=True).start()
    _dump_no_core()
    # This time limit holds for native code too, from its import on.
    signal.setitimer(signal.ITIMER_REAL, CHUNK_SECONDS)

    from csvgate.enrichment.sql.process.locked_duckdb import LockedDuckDB

    engine = LockedDuckDB()
    engine.warm_up()
    _limit_memory()
    write_json(replies, {})
    replies.flush()
    while True:
        signal.setitimer(signal.ITIMER_REAL, 0)
        try:
            request = read_json(requests)
        except Ended:
            return
        signal.setitimer(signal.ITIMER_REAL, request["most_seconds"])
        _answer(engine, request, requests, replies)
        replies.flush()


def _answer(engine: Any, request: dict[str, Any], requests: IO[bytes], replies: IO[bytes]) -> None:
    """Exceptions that are not caught here end the process, for example those after which DuckDB
    refuses to work, or a lack of memory. Nobody reads their texts, which may quote rows."""
    table = None
    reply: dict[str, Any]
    try:
        match request["do"]:
            case "select":
                chunk = read_table(requests, _CHUNK_BYTES)
                table = engine.select(request["sql"], chunk, request["seconds"])
                reply = {"value": None}
            case "types":
                reply = {"value": engine.types(request["sql"])}
            case "parse":
                reply = {"value": engine.parse(request["sql"])}
            case _:
                reply = {"value": engine.unparse(request["tree"])}
    except SqlError as error:
        reply = {"error": str(error)}
    except RecursionError:
        reply = {"error": "it is nested too deeply"}
    except EngineTooSlow:
        reply = {"slow": True}
    write_json(replies, reply)
    if table is not None:
        write_table(replies, table)


def _take_pipes() -> tuple[IO[bytes], IO[bytes]]:
    """Move the pipes away from the descriptors that libraries print to."""
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    os.close(nothing)
    return requests, replies


def _end_with_parent(descriptor: int) -> None:
    """Wait until nobody can write requests any more, even while a query runs."""
    poll = select.poll()
    poll.register(descriptor, 0)
    poll.poll()
    os._exit(0)


def _dump_no_core() -> None:
    """Disable core dumps, which would hold rows."""
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _limit_memory() -> None:
    # Developers may have a system without this file or this limit.
    with suppress(OSError, ValueError):
        import resource

        pages = int(Path("/proc/self/statm").read_text().split()[0])
        most = pages * resource.getpagesize() + MEMORY_BYTES
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


if __name__ == "__main__":
    main()
