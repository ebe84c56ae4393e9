"""Text from outside, fit for a terminal."""


def plain(text: str) -> str:
    """On one line: names and values are the uploader's, and control characters must not reach the
    terminal."""
    return "".join(c if c.isprintable() else "�" for c in text)
