"""Cloud Storage: objects with their versions, as `gcloud storage cp`, `cat` and `ls` use them."""

import base64
import email
import hashlib
import json
from typing import Any
from urllib.parse import quote

import google_crc32c

from standin.project import Project
from standin.refusal import Refusal, not_found
from standin.service import Answer, Media, Request, Service
from standin.shapes import MapOf, Needed, Text, check

OBJECT = {
    "bucket": str,
    "name": Needed(Text(r"[^\r\n]{1,1024}")),
    "contentType": str,
    "metadata": MapOf(str),
    "storageClass": str,
    "md5Hash": str,
}
CHANGED = Refusal(
    412, "At least one of the pre-conditions you specified did not hold.", "conditionNotMet"
)


class Objects(Service):
    """The objects of all buckets. Uploads have an address besides that of the service."""

    def __init__(self, project: Project, address: str) -> None:
        super().__init__(project, "upload", "storage.googleapis.com")
        self._address = address
        self.routes = [("POST", r"storage/v1/b/(?P<bucket>[^/]+)/o", self.upload)]

    def upload(self, request: Request, bucket: str) -> Answer:
        """Handle a multipart upload: metadata as JSON, then the contents."""
        query = request.only("uploadType", "ifGenerationMatch", "fields", "projection", "name")
        assert "multipart" == query["uploadType"]
        metadata, contents = _parts(request)
        check(metadata, OBJECT)
        versions = self.versions(bucket, metadata["name"])
        if "ifGenerationMatch" in query:
            current = versions[-1]["generation"] if versions else "0"
            if current != query["ifGenerationMatch"]:
                raise CHANGED
        return self.put(bucket, metadata, contents)

    def put(self, bucket: str, metadata: dict[str, Any], contents: bytes) -> Answer:
        """Add a version. Without versioning it replaces the one before."""
        number = sum(map(len, self.project.objects.values())) + 1
        generation = str(1_764_000_000_000_000 + number)
        where = f"{self._address}/storage/b/{bucket}/o/{quote(metadata['name'], safe='')}"
        made = {
            **metadata,
            "mediaLink": f"{where}?generation={generation}&alt=media",
            "kind": "storage#object",
            "bucket": bucket,
            "generation": generation,
            "metageneration": "1",
            "size": str(len(contents)),
            "md5Hash": base64.b64encode(
                hashlib.md5(contents, usedforsecurity=False).digest()
            ).decode(),
            "crc32c": base64.b64encode(google_crc32c.Checksum(contents).digest()).decode(),  # type: ignore[no-untyped-call]
            "timeCreated": f"2026-11-29T10:{number % 60:02d}:00.000Z",
            "updated": f"2026-11-29T10:{number % 60:02d}:00.000Z",
            "": contents.decode(),
        }
        versions = self.versions(bucket, metadata["name"])
        if not self.project.buckets[bucket].get("versioning", {}).get("enabled"):
            versions.clear()
        versions.append(made)
        return _shown(made)

    def versions(self, bucket: str, name: str) -> list[dict[str, Any]]:
        if bucket not in self.project.buckets:
            raise not_found(bucket)
        return self.project.objects.setdefault((bucket, name), [])

    def get(self, request: Request, name: str, key: str) -> Answer | Media:
        query = request.only("projection", "fields", "generation", "softDeleted")
        found = self.versions(name, key)
        if wanted := query.get("generation"):
            found = [each for each in found if each["generation"] == wanted]
        if not found:
            raise not_found(f"{name}/{key}")
        if query.get("alt") == "media":
            return Media(found[-1][""].encode())
        return _shown(found[-1])

    def list(self, request: Request, name: str) -> Answer:
        query = request.only(
            *("prefix", "delimiter", "versions", "fields", "projection"),
            "includeFoldersAsPrefixes",
        )
        items: list[Answer] = []
        for (bucket, key), versions in sorted(self.project.objects.items()):
            if bucket == name and key.startswith(query.get("prefix", "")):
                chosen = versions if query.get("versions") == "True" else versions[-1:]
                items += map(_shown, chosen)
        return {"kind": "storage#objects", "items": items}

    def delete(self, request: Request, name: str, key: str) -> Answer:
        wanted = request.only("generation", "ifGenerationMatch").get("generation")
        versions = self.versions(name, key)
        versions[:] = [v for v in versions if wanted and v["generation"] != wanted]
        return {}


def _shown(made: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in made.items() if name}


def _parts(request: Request) -> tuple[dict[str, Any], bytes]:
    # gcloud puts the boundary in single quotes, which belong to no standard.
    head = f"Content-Type: {request.content_type.replace(chr(39), chr(34))}\r\n\r\n".encode()
    _, metadata, contents = email.message_from_bytes(head + request.data).walk()
    found, data = metadata.get_payload(decode=True), contents.get_payload(decode=True)
    assert isinstance(found, bytes)
    assert isinstance(data, bytes)
    return json.loads(found), data
