"""Decides which requests to a loopback server come from this machine's own programs and pages.

A website that a developer visits can send requests to loopback ports. Its browser names the site in
`Origin`, except for plain links. A site can also point its own host name at loopback (DNS
rebinding), and then the browser names that host in `Host`.
"""

import re
from typing import Final

_AUTHORITY: Final = r"(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?"
_LOOPBACK_HOST: Final = re.compile(_AUTHORITY)
_LOOPBACK_ORIGIN: Final = re.compile(f"https?://{_AUTHORITY}")


def refusal(host: str, origin: str | None) -> str | None:
    """Return why a request with these headers is refused, or None if it is accepted. Programs send
    no `Origin`; a page that was opened from a file, or in a sandbox, sends `null`."""
    if not _LOOPBACK_HOST.fullmatch(host):
        return "it accepts requests for loopback host names only"
    if origin is not None and not _LOOPBACK_ORIGIN.fullmatch(origin):
        return "it accepts no requests from pages of other websites"
    return None
