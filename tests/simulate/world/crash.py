"""The crash of an instance, which no code in the instance can handle."""


class Crash(BaseException):
    """Not an Exception, because a crashed instance must not handle it."""


class Violation(BaseException):
    """A promise of csvgate is broken. Not an Exception, which the failure boundary would handle."""


def require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise Violation(otherwise)


def require_equal(expected: object, found: object, what: str) -> None:
    require(expected == found, f"{what}: expected {expected}, found {found}")
