"""The deployed console for a process of functions-framework. Only Google's services are replaced:
storage and queues by the in-memory pipeline with one letter, the address of the keys by a variable.
"""

import os
from importlib import import_module
from types import ModuleType
from unittest.mock import patch

import requests

from console_service import context, service
from unit.operate.console.browsing import letter, letter_world
from unit.operate.console.identities import KEYS_VARIABLE


class _Answer:
    content = os.environ[KEYS_VARIABLE].encode()

    def raise_for_status(self) -> None:
        pass


_THERE = letter_world()
letter(_THERE)


def _replace(module: ModuleType, name: str, value: object) -> None:
    patch.object(module, name, lambda *_, **__: value).start()


_replace(requests, "get", _Answer())
_replace(service, "object_store", _THERE.world.store)
_replace(service, "CurrentContracts", lambda: _THERE.context.contracts)
_replace(context, "context", _THERE.context)
operators_console = import_module("main").operators_console
"""The target."""
