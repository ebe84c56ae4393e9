"""The end of an instance, as nothing in it can notice."""


class Crash(BaseException):
    """Not an Exception: what a function would do about one, a dead instance does not."""


class Violation(AssertionError):
    """The promise is broken."""


def require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise Violation(otherwise)


def require_equal(expected: object, found: object, what: str) -> None:
    require(expected == found, f"{what}: expected {expected}, found {found}")
