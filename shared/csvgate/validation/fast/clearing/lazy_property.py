"""A property that is computed once, without a lock.

`functools.cached_property` of Python 3.11 holds one lock for all objects of a class while it
computes, so that two threads could not copy the cells of two columns at the same time.
"""

from collections.abc import Callable
from typing import Any, Final, Generic, TypeVar

S = TypeVar("S")
T = TypeVar("T")


class lazy_property(Generic[S, T]):  # noqa: N801 - named like `property`
    """Stores the value in the object's `__dict__`, where it hides this descriptor from then on. If
    two threads ask one object at the same time, both compute the value and one of the two is
    kept."""

    def __init__(self, compute: Callable[[S], T]) -> None:
        self._compute: Final = compute
        self._name: Final = compute.__name__
        self.__doc__ = compute.__doc__

    def __get__(self, instance: S, _: Any = None) -> T:
        found = instance.__dict__[self._name] = self._compute(instance)
        return found
