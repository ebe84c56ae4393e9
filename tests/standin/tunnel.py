"""A proxy that answers requests for `NAME.googleapis.com` from the stand-in's service NAME.

gcloud has a setting for the address of most APIs, but not of all. Here it asks a proxy for a tunnel
to Google, and finds at its end a server with a certificate that one of its settings lets it trust.
"""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from standin.server import Handler, Server, StandIn

DOMAIN = "googleapis.com"


class Tunnel(Server):
    def __init__(self, stand_in: StandIn, tls: ssl.SSLContext) -> None:
        ThreadingHTTPServer.__init__(self, ("127.0.0.1", 0), Tunnelled)
        self.stand_in, self.tls = stand_in, tls


class Tunnelled(Handler):
    server: Tunnel
    service = ""

    def do_CONNECT(self) -> None:  # noqa: N802
        self.service, _, domain = self.path.partition(":")[0].partition(".")
        if domain != DOMAIN:
            self.send_error(502)
            return
        self.send_response(200)
        self.end_headers()
        self.connection = self.server.tls.wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb")
        self.close_connection = False

    def _forwarded(self) -> None:
        self.path = f"/{self.service}{self.path}"
        self._answer()

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _forwarded  # noqa: N815


@contextmanager
def tunnelled(
    stand_in: StandIn, environment: dict[str, str], folder: Path
) -> Iterator[dict[str, str]]:
    """Yield the environment in which gcloud reaches services for which it has no setting."""
    certificate = folder / "certificate.pem"
    key = _write_certificate(certificate)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    server = Tunnel(stand_in, tls)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield {
            **environment,
            "https_proxy": f"http://127.0.0.1:{server.server_port}",
            "CLOUDSDK_CORE_CUSTOM_CA_CERTS_FILE": str(certificate),
        }
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _write_certificate(path: Path) -> Path:
    """Write a certificate that is its own authority, and return the file of its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "stand-in")])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.DNSName(f"*.{DOMAIN}")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, file = serialization.Encoding.PEM, path.with_suffix(".key")
    path.write_bytes(certificate.public_bytes(pem))
    form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    file.write_bytes(key.private_bytes(pem, form, plain))
    return file
