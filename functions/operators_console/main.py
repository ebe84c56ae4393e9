"""operators_console: the operators' console as a service, for people and programs whose identity
Google has verified."""

import os
import threading
from pathlib import Path

import functions_framework
from flask import Request
from werkzeug.wrappers import Response

from csvgate.runtime.fast_imports import imports_of_main

with imports_of_main():
    from console_service.service import Service

_LOCK = threading.Lock()
_BUILT: list[Service] = []


def build() -> Service:
    """Return the service of this instance. Several requests may be the first one, and jobs run in
    one service only."""
    with _LOCK:
        if not _BUILT:
            _BUILT.append(Service.of(os.environ, Path(__file__).parent))
        return _BUILT[0]


@functions_framework.http
def operators_console(request: Request) -> Response:
    return Response.from_app(build().app(), request.environ)
