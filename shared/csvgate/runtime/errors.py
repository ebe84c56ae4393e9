"""The two kinds of failure: what the platform should retry, and what a person must look at."""


class Failure(Exception):
    """A failure with a stable code and a message an operator understands."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class Transient(Failure):
    """May go away by itself: raised out of the function, the platform retries with backoff."""


class Permanent(Failure):
    """Will not go away by itself: dead-letter the event with this reason, then return success."""
