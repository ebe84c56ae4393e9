"""The HTTP interface of the stand-in for the supervisor and for tests.

GET /healthz       200 if every trigger is being pulled, with the delivery counts as JSON
POST /_faults      {"function": NAME, "refuse": N}: answer its next N events with 429
GET /_faults       the 429 answers that are still planned, by function
DELETE /_faults    cancel the 429 answers that are planned
"""

import json
import threading
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from csvgate_ops.local.eventarc.forwarder import Forwarder
from csvgate_ops.local.loopback.policy import refusal


class Refusals(BaseModel):
    """The next `refuse` events of a function are answered with 429, each as a delivery attempt."""

    model_config = ConfigDict(extra="forbid")

    function: str
    refuse: int = Field(ge=1, le=100_000)


def serve(host: str, port: int, forwarders: Sequence[Forwarder]) -> ThreadingHTTPServer:
    """Serve from a background thread. Raises OSError when the port is in use."""
    by_function = {forwarder.route.function: forwarder for forwarder in forwarders}

    class Handler(BaseHTTPRequestHandler):
        def parse_request(self) -> bool:
            """Refuse requests by websites before anything else."""
            if not super().parse_request():
                return False
            reason = refusal(self.headers.get("Host", ""), self.headers.get("Origin"))
            if reason:
                self._answer(403, {"error": f"the local eventarc refuses this request: {reason}"})
            return reason is None

        def do_GET(self) -> None:
            if self.path == "/_faults":
                self._answer(200, self._planned())
                return
            triggers = {
                f.route.trigger: {"listening": f.listening, **f.push.counts} for f in forwarders
            }
            status = 200 if all(f.listening for f in forwarders) else 503
            self._answer(status, {"triggers": triggers})

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            try:
                wanted = Refusals.model_validate_json(self.rfile.read(length))
                forwarder = by_function[wanted.function]
            except ValidationError as error:
                self._answer(400, {"error": str(error)})
            except KeyError:
                self._answer(404, {"error": f"functions: {', '.join(by_function)}"})
            else:
                forwarder.push.capacity.refuse(wanted.refuse)
                self._answer(200, self._planned())

        def do_DELETE(self) -> None:
            for forwarder in forwarders:
                forwarder.push.capacity.stop_refusing()
            self._answer(200, self._planned())

        def _planned(self) -> dict[str, int]:
            return {name: f.push.capacity.planned_refusals for name, f in by_function.items()}

        def _answer(self, status: int, content: dict[str, Any]) -> None:
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its parent's name
            """Log nothing: probes would fill the log."""

    server = ThreadingHTTPServer((host, port), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, name="admin", daemon=True).start()
    return server
