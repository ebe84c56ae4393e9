"""A stub of Cloud Storage: every object exists and says that the work is finished.

Readers ignore unknown fields, so that the same object is the pin, the seal, the decision and the
end of an upload, and the pointer to the contracts in use.

With it, a cold start measures the function and not an emulator.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Final

from bench.processes.function_events import AT, COUNTS, ID, UPLOAD
from csvgate.contracts.bundle_format import FORMAT, digest_of
from csvgate.contracts.hashing import to_json
from csvgate.contracts.model import Contract
from csvgate.protocol.identity import PROTOCOL_VERSION

_CONTRACT: Final = Contract.model_validate(
    {
        "dataset": "orders",
        "match": ["orders/*.csv"],
        "schema": {"fields": [{"name": "order_id"}]},
        "destination": {"dataset": "sales", "table": "orders"},
    }
)
_FIELDS: Final[Mapping[str, object]] = {
    "upload": UPLOAD,
    "plan": ID,
    "dataset": "orders",
    "contract": to_json(_CONTRACT),
    "engine": "bench",
    "protocol": PROTOCOL_VERSION,
    "chunk_bytes": 1,
    "hash_key": "00" * 32,
    "references": {},
    "size": 1,
    "crc32c": "AAAAAA==",
    "created_at": AT,
    "received_at": AT,
    "trace": "",
    "status": "over_limit",
    "counts": COUNTS,
    "ingested_at": AT,
    "outcome": "rejected",
    "seal": 1,
    "at": AT,
}


def finished(bundle: bytes) -> bytes:
    """Return the object, in a bucket in which this bundle of contracts is in use."""
    return json.dumps({**_FIELDS, "format": FORMAT, "bundle": digest_of(bundle)}).encode()


class _Server(ThreadingHTTPServer):
    answer = b""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    # Headers and body are two packets. With Nagle's algorithm the second one waits until the client
    # confirms the first one, which it delays by 40 ms.
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(self.server.answer)))
        self.send_header("X-Goog-Generation", "1")
        self.end_headers()
        self.wfile.write(self.server.answer)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Does not log requests."""


@contextmanager
def storage(bundle: bytes) -> Iterator[str]:
    """Runs the stub, in which this bundle of contracts is in use, and yields its address."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.answer = finished(bundle)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
