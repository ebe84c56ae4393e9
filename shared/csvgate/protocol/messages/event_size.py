"""The size of a message as the request that Eventarc pushes to a function, and its limits.

Pub/Sub stores a message in binary, but a function receives it as JSON: the data in base64, which
adds a third, and every attribute as an escaped string. Eventarc documents a limit of 512 KB for an
event, which cannot be raised, so what counts is the size of that request, not of the message.
"""

import re
from typing import Final

from csvgate.ports import Message
from csvgate.runtime.errors import Permanent

EVENTARC_BYTES: Final = 512 * 1024
"""The largest event that Eventarc delivers, as documented: 512 KB."""
MAX_PUSH_BYTES: Final = 480_000
"""The largest push request that csvgate publishes. It is below 512,000 bytes, in case the
documentation means decimal kilobytes, with 6% to spare."""

ENVELOPE_BYTES: Final = 4096
"""An upper bound of what surrounds data and attributes: their names, message id and publish time in
both spellings, the subscription's path, the delivery attempt, and the CloudEvent context in
headers. With ids of 64 characters and the longest names that Google allows, percent-encoded where a
header requires it, that is 1.9 KB; the rest is for the identity token and other headers that Google
adds."""
ATTRIBUTE_BYTES: Final = 16
"""An upper bound of the quotes, colon, comma and white space around an attribute."""
ESCAPED_BYTES: Final = 6
r"""The longest escape of a UTF-16 code unit in JSON: `\u00fc`."""

_UNESCAPED = re.compile(r"[A-Za-z0-9 !#$%()*+,\-./:;?@\[\]^_`{|}~]")
"""ASCII characters that every JSON writer copies. Some writers escape `<`, `>`, `&`, `=` and `'` as
well as quotes, backslashes, control characters and everything beyond ASCII."""


def push_bytes(message: Message) -> int:
    """Return the size in bytes of a push request with this message. It is an upper bound for every
    JSON writer: a client that copies more characters unescaped sends fewer bytes."""
    base64 = 4 * -(-len(message.data) // 3)
    attributes = sum(
        ATTRIBUTE_BYTES + _string_bytes(name) + _string_bytes(value)
        for name, value in message.attributes.items()
    )
    return ENVELOPE_BYTES + base64 + attributes


def require_fits(message: Message) -> None:
    """Raise Permanent `event.too_large` if the message has more than MAX_PUSH_BYTES as a push
    request: Eventarc would never deliver it."""
    size = push_bytes(message)
    if size > MAX_PUSH_BYTES:
        raise Permanent(
            "event.too_large",
            f"the event has {size:,} bytes as a push request, and csvgate publishes at most "
            f"{MAX_PUSH_BYTES:,} because Eventarc delivers at most {EVENTARC_BYTES:,}",
        )


def _string_bytes(text: str) -> int:
    """Return the bytes of a text in a JSON string, without its quotes."""
    plain = len(_UNESCAPED.findall(text))
    units = len(text.encode("utf-16-le", "surrogatepass")) // 2
    return plain + ESCAPED_BYTES * (units - plain)
