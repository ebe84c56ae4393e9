"""A CloudEvent as an HTTP request: binary content mode of the CloudEvents 1.0 HTTP binding."""

import json

from csvgate_ops.local.eventarc.message import CloudEvent


def headers(event: CloudEvent) -> dict[str, str]:
    """What Google's servers put on such a request, host, length and transport headers excepted."""
    context = {f"ce-{name}": header_value(value) for name, value in event.attributes.items()}
    return context | {
        "accept": "application/json",
        "content-type": "application/json",
        "from": "noreply@google.com",
        "user-agent": "APIs-Google; (+https://developers.google.com/webmasters/APIs-Google.html)",
    }


def body(event: CloudEvent) -> bytes:
    return json.dumps(event.data, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def header_value(text: str) -> str:
    """Percent-encode (section 3.1.3.2) the space, `"`, `%` and all but printable ASCII."""
    return "".join(
        chr(byte) if 0x21 <= byte <= 0x7E and byte not in b'"%' else f"%{byte:02X}"
        for byte in text.encode("utf-8")
    )
