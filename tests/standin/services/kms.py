"""Cloud KMS: keys that people have created, perhaps in another project, and who may use them."""

from typing import Final

from standin.project import Project
from standin.refusal import Refusal, not_found
from standin.service import Answer, Request, Service
from standin.shapes import Needed, check

ROLE: Final = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
STORAGE_DENIED: Final = (
    "Permission denied on Cloud KMS key. Please ensure that your Cloud Storage service account has "
    "been authorized to use this key."
)


class Kms(Service):
    def __init__(self, project: Project) -> None:
        super().__init__(project, "cloudkms", "cloudkms.googleapis.com")
        key = r"v1/(?P<path>projects/[^/]+/locations/[^/]+/keyRings/[^/]+/cryptoKeys/[^/:]+)"
        self.routes = [
            ("GET", key, self.get),
            ("GET", key + ":getIamPolicy", self.policy),
            ("POST", key + ":setIamPolicy", self.grant),
        ]

    def get(self, _request: Request, path: str) -> Answer:
        self._there(path)
        primary = {"name": f"{path}/cryptoKeyVersions/1", "state": self.project.keys[path]}
        return {"name": path, "purpose": "ENCRYPT_DECRYPT", "primary": primary}

    def policy(self, request: Request, path: str) -> Answer:
        self._there(path)
        request.only("options.requestedPolicyVersion")
        return self.project.policies.get(f"keys/{path}")

    def grant(self, request: Request, path: str) -> Answer:
        self._there(path)
        check(request.body, {"policy": Needed(dict), "updateMask": str})
        return self.project.policies.set(f"keys/{path}", request.body["policy"])

    def _there(self, path: str) -> None:
        if path not in self.project.keys:
            raise not_found(path)


def need_key(project: Project, path: str, domain: str, message: str = "") -> None:
    """Refuse a key that does not exist, or that this agent of Google's may not use. Without a
    message the refusal is the one of most services."""
    if path not in project.keys:
        raise not_found(path)
    email = project.agent(domain)
    is_fresh = domain in project.fresh_on_keys
    project.fresh_on_keys.discard(domain)
    if is_fresh or not project.policies.has(f"keys/{path}", ROLE, f"serviceAccount:{email}"):
        permission = "cloudkms.cryptoKeyVersions.useToEncrypt"
        usual = f"Permission '{permission}' denied on resource '{path}' (or it may not exist)."
        raise Refusal(403, message or usual)
