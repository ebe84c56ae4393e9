"""Durations as people say them."""

_UNITS = (("day", 86_400), ("hour", 3600), ("minute", 60), ("second", 1))


def spoken(seconds: int) -> str:
    """`40 minutes`: in the largest unit of which there are two or more, rounded down; else one."""
    for name, size in _UNITS:
        if seconds >= 2 * size or seconds == size:
            number = seconds // size
            return f"{number} {name}{'' if number == 1 else 's'}"
    return "no time"
