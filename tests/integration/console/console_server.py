"""The console over the in-memory pipeline, served as `csvgate console` does."""

import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from csvgate.runtime.start_up import utc_now
from csvgate_ops.local.loopback.serving import address, listen, server
from csvgate_ops.operate.console.access import TOKEN, Access
from csvgate_ops.operate.console.app import create_app
from csvgate_ops.operate.console.jobs import Jobs
from csvgate_ops.operate.console.site import Site
from unit.operate.dead_letters.contexts import LetterWorld


@dataclass(frozen=True)
class Served:
    backend: LetterWorld
    site: Site
    url: str
    entrance: str
    """The address with the token."""


@contextmanager
def served(there: LetterWorld, *, every: float = math.inf) -> Iterator[Served]:
    """Serve the console. With `every`, in seconds, it reads and pages ask by themselves, and its
    clock is the real one."""
    clock = utc_now if math.isfinite(every) else there.context.clock
    context = replace(there.context, clock=clock)
    site, access = Site.of(context, "test-project", is_local=True, every=every), Access()
    listener = listen("127.0.0.1", 0)
    serving = server(listener, create_app(site, access, Jobs(site.now)))
    thread = threading.Thread(target=serving.serve_forever, daemon=True)
    thread.start()
    url = address(listener)
    try:
        yield Served(there, site, url, f"{url}/?{TOKEN}={access.token}")
    finally:
        serving.shutdown()
        thread.join()
        serving.server_close()
