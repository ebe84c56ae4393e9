"""POST /v3/mail/send with SendGrid's responses, and the API for injecting faults."""

import secrets
import socket
import time
from datetime import UTC, datetime
from typing import Final

from flask import Blueprint, Response, jsonify, request
from pydantic import ValidationError

from csvgate_ops.local.mailbox.faults import FaultPlan, Faults
from csvgate_ops.local.mailbox.rules import MAX_BYTES, NO_CREDITS, Refused, checked, errors
from csvgate_ops.local.mailbox.store import EmailStore

_PER_MINUTE: Final = 600


def send_api(store: EmailStore, faults: Faults) -> Blueprint:
    api = Blueprint("send", __name__)

    @api.post("/v3/mail/send")
    def send() -> Response:
        body = request.get_data()
        scheme, _, key = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not key.strip():
            return _refuse(401, "authorization required")
        fault = faults.next()
        if fault and fault.no_credits:
            return _refuse(401, NO_CREDITS)
        if fault and fault.status:
            time.sleep(fault.delay_seconds)
            response = _refuse(fault.status, fault.message)
            response.headers.update(fault.headers)
            return response
        if len(body) > MAX_BYTES:
            return _refuse(413, "The JSON payload you have included in your request is too large.")
        if request.mimetype != "application/json":
            return _refuse(415, "Content-Type should be application/json.")
        try:
            email = checked(request.get_json(silent=True))
        except Refused as refused:
            return _limits(_answer(400, refused.body))
        message_id = secrets.token_urlsafe(16)
        store.add(message_id, datetime.now(UTC), email)
        if fault and fault.drop:
            request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        elif fault:
            time.sleep(fault.delay_seconds)
        response = _limits(Response(status=202))
        response.headers["X-Message-Id"] = message_id
        if fault:
            response.headers.update(fault.headers)
        return response

    @api.post("/_faults")
    def add_fault() -> Response:
        # A form on another site can send a POST, but not with this content type.
        if request.mimetype != "application/json":
            return _refuse(415, "Content-Type should be application/json.")
        try:
            faults.add(FaultPlan.model_validate(request.get_json(silent=True)))
        except ValidationError as error:
            wrong = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
            return _answer(400, errors(*((text, None, None) for text in wrong)))
        return list_faults()

    @api.get("/_faults")
    def list_faults() -> Response:
        return jsonify([plan.model_dump() for plan in faults.waiting()])

    @api.delete("/_faults")
    def clear_faults() -> Response:
        faults.clear()
        return list_faults()

    return api


def _answer(status: int, body: object) -> Response:
    response = jsonify(body)
    response.status_code = status
    return response


def _refuse(status: int, message: str) -> Response:
    return _limits(_answer(status, errors((message, None, None))))


def _limits(response: Response) -> Response:
    minute = int(time.time()) // 60
    remaining = 0 if response.status_code == 429 else _PER_MINUTE - 1
    response.headers["X-RateLimit-Limit"] = str(_PER_MINUTE)
    response.headers["X-RateLimit-Remaining"] = str(remaining)
    response.headers["X-RateLimit-Reset"] = str((minute + 1) * 60)
    return response
