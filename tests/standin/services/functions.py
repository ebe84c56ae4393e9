"""Cloud Functions of the second generation."""

import io
import zipfile
from typing import Any

from standin import revisions
from standin.paging import page_of_location
from standin.project import Project
from standin.refusal import exists, invalid, not_found
from standin.service import Answer, Request, Service
from standin.services.kms import need_key
from standin.services.secrets import SecretManager
from standin.shapes import MapOf, Needed, Text, Whole, check, masked
from standin.spreading import OperationFailed

SOURCE = {"bucket": Needed(str), "object": Needed(str), "generation": str}
BUILD = {
    "runtime": Needed(Text("python31[1-3]")),
    "entryPoint": Needed(str),
    "source": Needed({"storageSource": Needed(SOURCE)}),
    "dockerRepository": str,
    "serviceAccount": str,
    "environmentVariables": MapOf(str),
}
SERVICE = {
    "availableMemory": Text(r"[0-9]+(Mi|Gi)"),
    "availableCpu": Text(r"[0-9.]+"),
    "timeoutSeconds": Whole(1, 3600),
    "maxInstanceCount": Whole(1, 1000),
    "minInstanceCount": Whole(0, 1000),
    "maxInstanceRequestConcurrency": Whole(1, 1000),
    "serviceAccountEmail": str,
    "ingressSettings": Text("ALLOW_ALL|ALLOW_INTERNAL_ONLY|ALLOW_INTERNAL_AND_GCLB"),
    "environmentVariables": MapOf(str),
    "secretEnvironmentVariables": [
        {
            "key": Needed(str),
            "projectId": str,
            "secret": Needed(str),
            "version": Needed(str),
        }
    ],
    "secretVolumes": [
        {
            "mountPath": Needed(str),
            "projectId": str,
            "secret": Needed(str),
            "versions": Needed([{"version": Needed(str), "path": Needed(str)}]),
        }
    ],
    "vpcConnector": str,
    "vpcConnectorEgressSettings": Text("PRIVATE_RANGES_ONLY|ALL_TRAFFIC"),
    "allTrafficOnLatestRevision": bool,
}
FUNCTION = {
    "name": str,
    "buildConfig": Needed(BUILD),
    "serviceConfig": Needed(SERVICE),
    "labels": MapOf(Text(r"[\w-]{0,63}")),
    "environment": str,
    "kmsKeyName": str,
}
ALL = "allTrafficOnLatestRevision"
UPLOADS = "gcf-v2-uploads"


class CloudFunctions(Service):
    def __init__(self, project: Project, secrets: SecretManager, address: str) -> None:
        super().__init__(project, "cloudfunctions", "cloudfunctions.googleapis.com")
        self._secrets, self._address, self._uploads = secrets, address, 0
        where = r"v2/projects/(?P<project>[^/]+)/locations/(?P<location>[^/]+)"
        one = where + r"/functions/(?P<name>[^/:]+)"
        self.routes = [
            ("GET", where + "/runtimes", self.runtimes),
            ("GET", where + "/functions", self.list),
            ("POST", where + "/functions:generateUploadUrl", self.upload_url),
            ("PUT", r"uploads/(?P<name>[0-9]+\.zip)", self.upload),
            ("POST", where + "/functions", self.create),
            ("GET", one, self.get),
            ("PATCH", one, self.patch),
            ("DELETE", one, self.delete),
            ("GET", where + r"/operations/(?P<operation>.+)", self.polled),
        ]

    def runtimes(self, request: Request, project: str, location: str) -> Answer:
        self.project.own(project)
        request.only("filter")
        names = ("python311", "python312", "python313")
        return {"runtimes": [{"name": n, "environment": "GEN_2", "stage": "GA"} for n in names]}

    def list(self, request: Request, project: str, location: str) -> Answer:
        self.project.own(project)
        request.only("filter")
        every = self.project.functions.values()
        return page_of_location(self.project, request, "functions", every, location)

    def upload_url(self, request: Request, project: str, location: str) -> Answer:
        self.project.own(project)
        check(request.body or {}, {"kmsKeyName": str, "environment": str})
        self._uploads += 1
        name = f"{self._uploads}.zip"
        return {
            "uploadUrl": f"{self._address}/cloudfunctions/uploads/{name}",
            "storageSource": {"bucket": UPLOADS, "object": name},
        }

    def upload(self, request: Request, name: str) -> Answer:
        self.project.sources[name] = request.data
        return {}

    def create(self, request: Request, project: str, location: str) -> Answer:
        self.project.own(project)
        name = request.only("functionId")["functionId"]
        check(name, Text(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?"))
        check(request.body, FUNCTION)
        if name in self.project.functions:
            raise exists(name)
        path = f"projects/{project}/locations/{location}/functions/{name}"
        made = {**request.body, "name": path, "state": "ACTIVE", "environment": "GEN_2"}
        self._hold(made, location)
        self.project.functions[name] = made
        return self._built(made, name, new=True)

    def get(self, _request: Request, project: str, location: str, name: str) -> Answer:
        there = self._there(project, location, name)
        service = there["serviceConfig"].get("service", "")
        shares = {ALL: revisions.serves_latest(self.project, service)} if service else {}
        return {**there, "serviceConfig": {**there["serviceConfig"], **shares}}

    def patch(self, request: Request, project: str, location: str, name: str) -> Answer:
        there = self._there(project, location, name)
        mask = request.only("updateMask")["updateMask"]
        # A client may send back what the service added.
        readable = {**SERVICE, "service": str, "uri": str, "revision": str}
        shape = {**FUNCTION, "serviceConfig": readable, "state": str, "buildConfig": BUILD}
        check(request.body, shape)
        changed = {**there, **{k: {**there[k]} for k in ("buildConfig", "serviceConfig")}}
        changed["serviceConfig"].pop(ALL, None)
        masked(changed, request.body, mask)
        self._hold(changed, location)
        # Settings of its service that the API does not know may be lost.
        service = there["serviceConfig"].get("service", "")
        self.project.interfaces.pop(service, None)
        self.project.proxied.discard(service)
        there.clear()
        there.update(changed)
        return self._built(there, name)

    def delete(self, _request: Request, project: str, location: str, name: str) -> Answer:
        there = self._there(project, location, name)
        service = there["serviceConfig"].get("service", "")
        self.project.services.discard(service)
        self.project.proxied.discard(service)
        revisions.remove(self.project, service)
        self.project.policies.drop(service)
        del self.project.functions[name]
        return self.operation({})

    def _built(self, function: dict[str, Any], name: str, *, new: bool = False) -> Answer:
        """Return the operation that builds and serves a function. A function whose operation fails
        stays, and can be deployed again."""
        try:
            self._spread(function, name, new)
        except OperationFailed as error:
            function["state"] = "FAILED"
            made = self.operation({})
            del made["response"]
            made["error"] = {"code": error.code, "message": str(error)}
            return made
        service = function["name"].replace("/functions/", "/services/")
        address = {"service": service, "uri": f"https://{name}.example.run.app"}
        function["serviceConfig"] |= address
        function["state"] = "ACTIVE"
        self.project.services.add(service)
        everything = function["serviceConfig"].pop(ALL, False)
        revisions.add(self.project, service, serves_all=everything)
        return self.operation(function)

    def _spread(self, function: dict[str, Any], name: str, new: bool) -> None:
        build, service = function["buildConfig"], function["serviceConfig"]
        builder, needs = build["serviceAccount"].rpartition("/")[2], self.project.spreading.needs
        bucket = f"gcf-v2-sources-{self.project.number}-{self.project.region}"
        repository = build["dockerRepository"]
        needs("sources", bucket=bucket, name=name, email=builder)
        needs("images", repository=repository)
        needs("logs")
        number = self.project.number
        needs("image of a service", name=name, number=number, repository=repository)
        for each in service.get("secretEnvironmentVariables", ()):
            email = service["serviceAccountEmail"]
            needs("secret", name=name, secret=each["secret"], email=email)
        if new:
            needs("internal")

    def operation(self, response: Answer) -> Answer:
        """Return an operation with metadata: gcloud reads its stages, which may be empty."""
        kind = "type.googleapis.com/google.cloud.functions.v2.OperationMetadata"
        made = super().operation(response)
        made["metadata"] = {"@type": kind, "stages": [], "apiVersion": "v2"}
        return made

    def _there(self, project: str, location: str, name: str) -> dict[str, Any]:
        self.project.own(project)
        found = self.project.functions.get(name)
        if found is None or f"/locations/{location}/" not in found["name"]:
            raise not_found(f"projects/{project}/locations/{location}/functions/{name}")
        return found

    def _hold(self, function: dict[str, Any], location: str) -> None:
        """Refuse a function if something that its build or revision needs is missing."""
        build, service = function["buildConfig"], function["serviceConfig"]
        self.project.need_account(service["serviceAccountEmail"])
        self.project.need_account(build["serviceAccount"].rpartition("/")[2])
        if build["dockerRepository"] not in self.project.repositories:
            raise not_found(build["dockerRepository"])
        email, name = service["serviceAccountEmail"], function["name"].rpartition("/")[2]
        self.project.spreading.needs("account of a function", email=email)
        self.project.spreading.needs("repository", repository=build["dockerRepository"])
        self.project.spreading.needs("account to act as", email=email, name=name)
        source = self.project.sources.get(build["source"]["storageSource"]["object"])
        if source is None:
            raise not_found("the uploaded source")
        names = zipfile.ZipFile(io.BytesIO(source)).namelist()
        if not {"main.py", "requirements.txt"} <= set(names):
            raise invalid(f"Build failed: no main.py or requirements.txt in {names}")
        if service["maxInstanceRequestConcurrency"] > 1 and float(service["availableCpu"]) < 1:
            raise invalid("a concurrency of more than 1 needs at least 1 CPU")
        if connector := service.get("vpcConnector"):
            check(connector, Text(rf"projects/[^/]+/locations/{location}/connectors/[^/]+"))
        if key := function.get("kmsKeyName"):
            for domain in ("gcf-admin-robot", "serverless-robot-prod", "gcp-sa-eventarc"):
                need_key(self.project, key, domain)
            if self.project.repositories[build["dockerRepository"]].get("kmsKeyName") != key:
                raise invalid("The repository must be encrypted with the key of the function.")
        account = service["serviceAccountEmail"]
        for variable in service.get("secretEnvironmentVariables", ()):
            self._secrets.usable(variable["secret"], variable["version"], account)
        for volume in service.get("secretVolumes", ()):
            for version in volume["versions"]:
                self._secrets.usable(volume["secret"], version["version"], account)
