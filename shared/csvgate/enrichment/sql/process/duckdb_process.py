"""Runs DuckDB in a process of its own, so that its crash is a failure with a name.

A fork would copy the threads' locks of gRPC, so the process is a new Python. It is started with the
first expression of an instance, kept, and used by one request at a time.
"""

import atexit
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from signal import Signals
from typing import IO, TYPE_CHECKING, Any, Final

from csvgate.enrichment.sql.process import duckdb_child
from csvgate.enrichment.sql.process.engine import CHUNK_SECONDS, RESULT_BYTES, Budget, Node
from csvgate.enrichment.sql.process.engine_errors import EngineCrashed, EngineTooSlow, SqlError
from csvgate.enrichment.sql.process.frames import (
    Ended,
    read_json,
    read_table,
    write_json,
    write_table,
)
from csvgate.runtime.errors import Transient

if TYPE_CHECKING:
    import pyarrow as pa

_MODULE: Final = duckdb_child.__name__
"""A deployed function contains the modules that are imported, so this one is."""
_GRACE_SECONDS: Final = 5
"""How long a query may go on after its time until its process is killed. Some functions of DuckDB
do not look whether they are interrupted."""
_STREAM_BYTES: Final = RESULT_BYTES + 16 * 1024 * 1024
"""The most bytes of a result as Arrow writes it, with its padding and messages."""


class DuckDBProcess:
    """An Engine for any number of threads, which wait for each other."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def select(self, sql: str, chunk: "pa.Table", budget: Budget) -> "pa.Table":
        with self._turn:
            started = time.monotonic()
            try:
                return self._asked(
                    {"do": "select", "sql": sql},
                    budget.seconds,
                    lambda pipe: write_table(pipe, chunk),
                    lambda _, pipe: read_table(pipe, _STREAM_BYTES),
                )
            finally:
                budget.seconds -= time.monotonic() - started

    def types(self, sql: str) -> list[str]:
        found: list[str] = self._value({"do": "types", "sql": sql})
        return found

    def parse(self, sql: str) -> Node:
        found: Node = self._value({"do": "parse", "sql": sql})
        return found

    def unparse(self, tree: Node) -> str:
        found: str = self._value({"do": "unparse", "tree": tree})
        return found

    def close(self) -> None:
        """End the process. The next statement starts another one."""
        with self._turn:
            self._end()

    def _value(self, request: dict[str, Any]) -> Any:
        with self._turn:
            return self._asked(
                request, CHUNK_SECONDS, lambda _: None, lambda reply, _: reply["value"]
            )

    def _asked(
        self,
        request: dict[str, Any],
        seconds: float,
        send: Callable[[IO[bytes]], None],
        receive: Callable[[dict[str, Any], IO[bytes]], Any],
    ) -> Any:
        """Ask the process, and once more a new one if it dies: what was computed before may have
        damaged it."""
        with suppress(EngineCrashed):
            return self._once(request, seconds, send, receive)
        return self._once(request, seconds, send, receive)

    def _once(
        self,
        request: dict[str, Any],
        seconds: float,
        send: Callable[[IO[bytes]], None],
        receive: Callable[[dict[str, Any], IO[bytes]], Any],
    ) -> Any:
        if seconds <= 0:
            raise EngineTooSlow
        process = self._running()
        late = threading.Event()

        def kill() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(seconds + _GRACE_SECONDS, kill)
        timer.daemon = True
        timer.start()
        try:
            requests, replies = _pipes(process)
            # By then the process ends itself, if nobody is left to kill it.
            most = seconds + 2 * _GRACE_SECONDS
            write_json(requests, {**request, "seconds": seconds, "most_seconds": most})
            send(requests)
            requests.flush()
            reply = read_json(replies)
            if "error" in reply:
                raise SqlError(reply["error"])
            if "slow" in reply:
                raise EngineTooSlow
            return receive(reply, replies)
        except (SqlError, EngineTooSlow):
            raise
        except BaseException as error:
            # Whatever was not read would be taken for the reply to the next request.
            ended = self._end()
            if late.is_set():
                raise EngineTooSlow from None
            if isinstance(error, Ended | OSError):
                raise EngineCrashed(ended) from None
            raise
        finally:
            timer.cancel()

    def _running(self) -> subprocess.Popen[bytes]:
        """Raises Transient `derive.engine`."""
        if self._process is not None and self._process.poll() is None:
            return self._process
        self._end()
        try:
            self._process = subprocess.Popen(  # noqa: S603 - this Python, and our module
                [sys.executable, "-P", "-m", _MODULE],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                # The text of an exception may quote rows.
                stderr=subprocess.DEVNULL,
                env=_environment(),
            )
            read_json(_pipes(self._process)[1])
        except (OSError, Ended) as error:
            raise Transient(
                "derive.engine",
                f"the process that computes expressions did not start ({self._end()}); a retry "
                "starts it again",
            ) from error
        return self._process

    def _end(self) -> str:
        """Kill the process, and return how it ended."""
        process, self._process = self._process, None
        if process is None:
            return "not started"
        for pipe in _pipes(process):
            # What is buffered for a dead process cannot be written.
            with suppress(OSError):
                pipe.close()
        # A process that dies needs a moment until its own end is known.
        try:
            process.wait(0.5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        return _ending(process.returncode)


@cache
def shared() -> DuckDBProcess:
    """Return the process of this instance."""
    found = DuckDBProcess()
    atexit.register(found.close)
    return found


def _pipes(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    if process.stdin is None or process.stdout is None:
        raise Ended
    return process.stdin, process.stdout


def _environment() -> dict[str, str]:
    """Return an environment without the function's settings and credentials. It reserves little
    memory, so that the limit of the address space counts what is used."""
    return {
        "PYTHONPATH": os.pathsep.join(os.path.abspath(path) for path in sys.path),  # noqa: PTH100
        "PYTHONDONTWRITEBYTECODE": "1",
        "ARROW_DEFAULT_MEMORY_POOL": "system",
        "MALLOC_ARENA_MAX": "2",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }


def _ending(code: int) -> str:
    if code >= 0:
        return f"exit status {code}"
    try:
        return f"signal {Signals(-code).name}"
    except ValueError:
        return f"signal {-code}"
