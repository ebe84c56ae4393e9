"""Cloud Monitoring and Cloud Logging as far as gcloud needs them: collections of JSON resources,
made, changed, listed and deleted. Remembers each request that changes something."""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

COLLECTIONS = {
    "metrics": "metrics",
    "alertPolicies": "alertPolicies",
    "notificationChannels": "notificationChannels",
    "dashboards": "dashboards",
}
_PATH = re.compile(r"/v\d/(projects/[^/]+/(\w+))(?:/(.+))?")
_PAIR = re.compile(r'([\w.]+)="([^"]*)"')
_FILTER = re.compile(rf"{_PAIR.pattern}( AND {_PAIR.pattern})*")
"""As much as the service is sure to understand."""


def _at(item: Any, path: str) -> Any:
    for step in path.split("."):
        item = item.get(step, {})
    return item


class StandIn:
    """`changes` are method and path of what was asked for, in order."""

    def __init__(self) -> None:
        self.stored: dict[str, dict[str, Any]] = {name: {} for name in COLLECTIONS}
        self.changes: list[tuple[str, str]] = []
        self._lock = threading.Lock()

    def answer(self, method: str, url: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        path = unquote(urlsplit(url).path)
        found = _PATH.fullmatch(path)
        if found is None or found[2] not in self.stored:
            return 404, {"error": {"code": 404, "message": f"no {path}"}}
        with self._lock:
            if method != "GET":
                self.changes.append((method, path))
            status, answer = self._do(method, found[1], found[2], found[3], body)
        chosen = parse_qs(urlsplit(url).query).get("filter", [""])[0]
        if method != "GET" or not chosen:
            return status, answer
        if not _FILTER.fullmatch(chosen):
            return 400, {"error": {"code": 400, "message": f"filter: {chosen}"}}
        pairs = _PAIR.findall(chosen)
        items = [i for i in answer.get(found[2], ()) if all(_at(i, p) == v for p, v in pairs)]
        return 200, {found[2]: items} if items else {}

    def _do(
        self, method: str, parent: str, kind: str, name: str | None, body: dict[str, Any]
    ) -> tuple[int, dict[str, Any]]:
        items = self.stored[kind]
        if method == "POST" and name is None:
            name = str(body.get("name", len(items) + 1)).rpartition("/")[2]
            items[name] = body | {"name": name if kind == "metrics" else f"{parent}/{name}"}
            if kind == "dashboards":
                items[name]["etag"] = "1"
        elif name is None:
            return 200, {kind: list(items.values())} if items else {}
        elif name not in items:
            return 404, {"error": {"code": 404, "message": f"no {name}", "status": "NOT_FOUND"}}
        elif method == "DELETE":
            del items[name]
            return 200, {}
        elif method != "GET":
            items[name] |= body
        return 200, items[name]


@contextmanager
def served(stand_in: StandIn) -> Iterator[str]:
    """Its address, on a free loopback port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _handle(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length) or b"{}")
            status, found = stand_in.answer(self.command, self.path, body)
            data = json.dumps(found).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _handle  # noqa: N815 - the base's names

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
