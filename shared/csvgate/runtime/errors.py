"""The two kinds of failure: one that the platform retries, and one that a person must handle."""


class Failure(Exception):
    """A failure with a stable code and a message for the operator."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class Transient(Failure):
    """Retrying may help: the function raises it, and the platform retries with backoff."""


class Permanent(Failure):
    """Retrying cannot help: the event is dead-lettered with this reason, and counts as done."""
