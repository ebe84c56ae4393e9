"""Imports that cost a cold start less.

Imports create hundreds of thousands of objects and hardly any garbage. Python's garbage collector
would traverse them again and again while they grow, which is a sixth of the CPU time of a cold
start.
"""

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """Run the body without the collector. Other threads may be in such a context at the same time;
    the collector runs again once the one that has stopped it ends."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@contextmanager
def imports_of_main() -> Iterator[None]:
    """Import what a function consists of without the collector, and exempt all objects that exist
    then from later collections: they stay until the process ends. The server forks afterwards, and
    memory pages that the collector does not touch remain shared."""
    # Otherwise pydantic reads the metadata of every installed package, in search of plugins.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    with collector_paused():
        yield
        gc.freeze()
