"""Errors in the format of Google's APIs."""

from typing import Any

REASONS = {
    400: "INVALID_ARGUMENT",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ALREADY_EXISTS",
    412: "FAILED_PRECONDITION",
    501: "UNIMPLEMENTED",
}


# bq decides by these reasons.
OLD_REASONS = {400: "invalid", 403: "forbidden", 404: "notFound", 409: "duplicate"}


class Refusal(Exception):
    def __init__(self, code: int, message: str, reason: str | None = None) -> None:
        super().__init__(message)
        self.code, self.reason = code, reason or REASONS[code]

    def body(self) -> dict[str, Any]:
        detail = {"message": str(self), "domain": "global"}
        detail["reason"] = OLD_REASONS.get(self.code, self.reason)
        error = {"code": self.code, "message": str(self), "status": self.reason}
        return {"error": {**error, "errors": [detail]}}


def not_found(name: str) -> Refusal:
    return Refusal(404, f"Resource not found (resource={name}).")


def exists(name: str) -> Refusal:
    return Refusal(409, f"Resource already exists in the project (resource={name}).")


def invalid(message: str) -> Refusal:
    return Refusal(400, message)
