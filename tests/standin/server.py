"""The stand-in as an HTTP server on loopback, which records each request and its status."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, unquote, urlsplit

from standin.project import Project
from standin.refusal import Refusal
from standin.run import Run
from standin.service import Answer, Media, Request, Service
from standin.services.accounts import Iam
from standin.services.bigquery import BigQuery
from standin.services.budgets import BillingBudgets
from standin.services.eventarc import Eventarc
from standin.services.functions import CloudFunctions
from standin.services.iap import Iap
from standin.services.kms import Kms
from standin.services.monitoring import Logging, Monitoring
from standin.services.objects import Objects
from standin.services.pubsub import PubSub
from standin.services.registry import ArtifactRegistry
from standin.services.resource_manager import CloudBuild, ResourceManager
from standin.services.scheduler import CloudScheduler
from standin.services.secrets import SecretManager
from standin.services.service_usage import ServiceUsage
from standin.services.storage import Storage
from standin.surroundings.mail import SendGrid
from standin.surroundings.network import Compute, VpcAccess
from standin.surroundings.organization import Billing

READING = (
    ":getIamPolicy",
    ":generateUploadUrl",
    ":getEffectiveOrgPolicy",
    ":testIamPermissions",
    ":getAncestry",
)
"""POST requests that do not change anything permanently."""


@dataclass(frozen=True)
class Recorded:
    request: Request
    status: int

    @property
    def changes(self) -> bool:
        request = self.request
        return request.method != "GET" and not request.path.endswith(READING)

    def __str__(self) -> str:
        return f"{self.request.method} {self.request.service}/{self.request.path} {self.status}"


@dataclass
class StandIn:
    project: Project
    address: str = ""
    services: dict[str, Service] = field(default_factory=dict)
    recorded: list[Recorded] = field(default_factory=list)
    on_change: Callable[[Request], None] = lambda _request: None
    """Called before a request that changes something is answered; may raise Refusal."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self, address: str) -> None:
        pubsub, secrets = PubSub(self.project), SecretManager(self.project)
        objects = Objects(self.project, address)
        every: list[Service] = [
            ServiceUsage(self.project),
            ResourceManager(self.project),
            Iam(self.project),
            CloudBuild(self.project),
            pubsub,
            Storage(self.project, objects),
            objects,
            BigQuery(self.project),
            secrets,
            ArtifactRegistry(self.project),
            CloudFunctions(self.project, secrets, address),
            Run(self.project),
            Iap(self.project),
            Kms(self.project),
            Eventarc(self.project, pubsub),
            Monitoring(self.project),
            Logging(self.project),
            Billing(self.project),
            Compute(self.project),
            VpcAccess(self.project),
            SendGrid(self.project),
            CloudScheduler(self.project),
            BillingBudgets(self.project),
        ]
        self.address, self.services = address, {service.name: service for service in every}

    def answer(self, request: Request) -> tuple[int, Answer | Media]:
        with self.lock:
            try:
                if request.service not in self.services:
                    raise Refusal(501, f"no service {request.service} in the stand-in")
                if Recorded(request, 0).changes:
                    self.on_change(request)
                body: Answer | Media = self.services[request.service].handle(request)
                status = 200
            except Refusal as refusal:
                status, body = refusal.code, refusal.body()
            # Serialized now, because the project may change before the response is written.
            self.recorded.append(Recorded(request, status))
            return status, body if isinstance(body, Media) else json.loads(json.dumps(body))

    def changes(self) -> list[str]:
        return [str(r) for r in self.recorded if r.changes]

    def refused(self) -> list[str]:
        """Return the requests that were refused, except for resources that do not exist yet."""
        return [str(r) for r in self.recorded if r.status not in (200, 404)]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "Server"

    def _answer(self) -> None:
        url = urlsplit(self.path)
        service, _, path = unquote(url.path).lstrip("/").partition("/")
        data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        content_type = self.headers.get("Content-Type", "")
        body = json.loads(data) if data and "json" in content_type else None
        query = dict(parse_qsl(url.query, keep_blank_values=True))
        caller = self.headers.get("Authorization", "")
        request = Request(self.command, service, path, query, body, data, caller, content_type)
        status, answer = self.server.stand_in.answer(request)
        text = answer.data if isinstance(answer, Media) else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815

    def log_message(self, *_: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, stand_in: StandIn) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.stand_in = stand_in


@contextmanager
def serving(project: Project | None = None) -> Iterator[StandIn]:
    stand_in = StandIn(project or Project())
    server = Server(stand_in)
    stand_in.start(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield stand_in
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
