"""GET /healthz: 200 if every trigger is being pulled, with the delivery counts as JSON."""

import json
import threading
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from csvgate_ops.local.eventarc.forwarder import Forwarder


def serve(host: str, port: int, forwarders: Sequence[Forwarder]) -> ThreadingHTTPServer:
    """Serve from a background thread. Raises OSError when the port is in use."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            triggers = {f.route.trigger: {"listening": f.listening, **f.counts} for f in forwarders}
            body = json.dumps({"triggers": triggers}).encode()
            self.send_response(200 if all(f.listening for f in forwarders) else 503)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its parent's name
            """Log nothing: probes would fill the log."""

    server = ThreadingHTTPServer((host, port), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, name="health", daemon=True).start()
    return server
