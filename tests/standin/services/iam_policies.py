"""IAM policies on resources: they change under an etag, and members must exist."""

import base64
import copy
import re
from typing import TYPE_CHECKING, Any

from standin.refusal import Refusal, invalid
from standin.shapes import Needed, Text, check

if TYPE_CHECKING:
    from standin.project import Project

ROLE = Text(r"roles/[a-z]+(\.[A-Za-z]+)+")
"""Predefined roles. Primitive roles are refused, because deploy never grants one."""
POLICY = {
    "version": int,
    "etag": str,
    "kind": str,
    "resourceId": str,
    "bindings": [
        {
            "role": Needed(ROLE),
            "members": Needed([str]),
            "condition": {"title": Needed(str), "expression": Needed(str)},
        }
    ],
}


NO_ETAG = base64.b64encode(bytes(6)).decode()
_PLUS = b"\xfb"
"""Makes every etag start with `+`, which is `-` in the other alphabet of base64."""


def _bytes(etag: str) -> bytes:
    """An etag is bytes, which clients may write in either alphabet of base64, as gcloud does."""
    return base64.urlsafe_b64decode(etag.replace("+", "-").replace("/", "_"))


class Policies:
    def __init__(self, project: "Project") -> None:
        self._project = project
        self.of: dict[str, dict[str, Any]] = {}
        self._etags = 0

    def get(self, resource: str) -> dict[str, Any]:
        return copy.deepcopy(self.of.get(resource, {"version": 1, "etag": NO_ETAG}))

    def set(self, resource: str, policy: dict[str, Any]) -> dict[str, Any]:
        check(policy, POLICY, "policy")
        if _bytes(policy.get("etag", "")) != _bytes(self.get(resource)["etag"]):
            raise Refusal(409, "There were concurrent policy changes.", "ABORTED")
        for binding in policy.get("bindings", ()):
            if "condition" in binding and policy.get("version") != 3:
                raise invalid("a policy with conditions has version 3")
            for member in binding["members"]:
                self._must_exist(member)
        self._etags += 1
        etag = base64.b64encode(_PLUS + self._etags.to_bytes(5, "big")).decode()
        kept = [b for b in policy.get("bindings", ()) if b["members"]]
        self.of[resource] = {**policy, "bindings": kept, "etag": etag}
        return self.get(resource)

    def drop(self, resource: str) -> None:
        self.of.pop(resource, None)

    def has(self, resource: str, role: str, member: str) -> bool:
        found = self.get(resource).get("bindings", ())
        return any(b["role"] == role and member in b["members"] for b in found)

    def add(self, resource: str, role: str, member: str) -> None:
        """Grant a role as Google does for its agents."""
        policy = self.get(resource)
        policy.setdefault("bindings", []).append({"role": role, "members": [member]})
        self.of[resource] = policy

    def _must_exist(self, member: str) -> None:
        if re.fullmatch(r"(user|group):[^@\s]+@[^@\s]+", member):
            return
        kind, _, email = member.partition(":")
        if kind != "serviceAccount" or not email:
            raise invalid(f"Invalid member {member}")
        if email not in self._project.accounts and email not in self._project.agents:
            raise invalid(f"Service account {email} does not exist.")
        if email in self._project.accounts:
            self._project.spreading.needs("account", email=email)
