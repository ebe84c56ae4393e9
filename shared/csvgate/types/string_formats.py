"""Formats of text: email, uri, uuid, binary. Checks a person would call sane, not proofs of
existence."""

import re
from base64 import b64decode
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import urlsplit

_ATOMS: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\U0010ffff-]+"
_LETTER: Final = r"[A-Za-z0-9\u0080-\U0010ffff]"
_LABEL: Final = rf"{_LETTER}+(?:-+{_LETTER}+)*"
_QUOTED: Final = r'"(?:[^"\\\x00-\x1f\x7f]|\\[^\x00-\x1f\x7f])*"'
_EMAIL: Final = re.compile(
    rf"(?P<local>{_ATOMS}(?:\.{_ATOMS})*|{_QUOTED})@(?P<domain>{_LABEL}(?:\.{_LABEL})+)"
)
_EMAIL_OCTETS: Final = 254
_LOCAL_OCTETS: Final = 64
_DOMAIN_LABEL: Final = 63
_URI: Final = re.compile(
    r"[A-Za-z][A-Za-z0-9+.-]*:(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+"
)
_HOSTED: Final = ("http", "https", "ftp", "ftps", "ws", "wss")
_UUID: Final = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


def is_email(text: str) -> bool:
    """An address as RFC 6531 has it (any script, before and after the @), with a dotted domain."""
    if len(text) > _EMAIL_OCTETS:
        return False
    found = _EMAIL.fullmatch(text)
    if not found:
        return False
    local, domain = found["local"], found["domain"]
    labels = domain.split(".")
    if max(map(len, labels)) > _DOMAIN_LABEL or len(local) > _LOCAL_OCTETS or labels[-1].isdigit():
        return False
    if text.isascii():
        return True
    # Not printable: no-break spaces, controls, marks of direction, unassigned characters.
    return (
        text.isprintable()
        and len(text.encode()) <= _EMAIL_OCTETS
        and len(local.encode()) <= _LOCAL_OCTETS
    )


def is_uri(text: str) -> bool:
    """A URI as RFC 3986 has it, with a scheme; http and its like need a host."""
    if not _URI.fullmatch(text):
        return False
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:  # a port that is no number, brackets that do not match
        return False
    return parts.scheme not in _HOSTED or bool(parts.hostname)


def is_uuid(text: str) -> bool:
    """Thirty-two hexadecimal digits in groups of 8-4-4-4-12."""
    return _UUID.fullmatch(text) is not None


def is_base64(text: str) -> bool:
    """Base64 as RFC 4648 has it, padded, in one line."""
    try:
        b64decode(text, validate=True)
    except ValueError:
        return False
    return True


FORMATS: Final[Mapping[str, tuple[Callable[[str], bool], str, str]]] = {
    "email": (is_email, "format.email", "is not an email address such as name@example.com"),
    "uri": (is_uri, "format.uri", "is not a URI such as https://example.com/a?b=c"),
    "uuid": (is_uuid, "format.uuid", "is not a UUID such as 123e4567-e89b-12d3-a456-426614174000"),
    "binary": (is_base64, "format.binary", "is not base64, as binary data is written"),
}
"""By name: the check, the fault's code, its message."""
