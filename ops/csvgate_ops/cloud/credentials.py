"""A service-account key for the local cloud, because BigQuery's client insists on credentials.

The key is real, so that every library accepts it, and worthless: its tokens come from a server on
loopback that gives one to anybody.
"""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from csvgate_ops.cloud.files import read_json, write_json
from csvgate_ops.cloud.ports import HOST

TOKEN_SECONDS = 3600


def ensure_key(path: Path, project: str, token_uri: str) -> None:
    """Write the key file (mode 0600), or only its token address when there is one already."""
    existing = read_json(path)
    if isinstance(existing, dict) and "private_key" in existing:
        wanted = existing | _identity(project, token_uri)
        if wanted == existing:
            return
    else:
        wanted = _identity(project, token_uri) | {"private_key": _private_key()}
    write_json(path, wanted, mode=0o600)


def _identity(project: str, token_uri: str) -> dict[str, Any]:
    return {
        "type": "service_account",
        "project_id": project,
        "private_key_id": "local",
        "client_email": f"csvgate-local@{project}.iam.gserviceaccount.com",
        "client_id": "1",
        "token_uri": token_uri,
    }


def _private_key() -> str:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


class _Tokens(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        token = {
            "access_token": "local-csvgate",
            "expires_in": TOKEN_SECONDS,
            "token_type": "Bearer",
        }
        body = json.dumps(token).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its parent's name
        """Say nothing: the log is the supervisor's."""


def serve_tokens(port: int) -> ThreadingHTTPServer:
    """Answer token requests from a background thread until `shutdown()`. Raises OSError."""
    server = ThreadingHTTPServer((HOST, port), _Tokens)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, name="tokens", daemon=True).start()
    return server
