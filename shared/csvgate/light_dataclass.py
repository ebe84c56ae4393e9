"""A decorator like `dataclasses.dataclass` that creates a class in a quarter of the time.

The modules that a function imports before its first event use it, under the same name:
`from csvgate.light_dataclass import dataclass`. They create over fifty dataclasses. For each of
them the standard library compiles up to seven methods, which takes CPython 3.11 about 0.8 ms of CPU
time, so that the light ones save some 30 ms of each cold start. Only their `__init__` is compiled;
all of them share the code of the other methods. A class that needs more than `light_dataclass`
implements uses the standard library, and so does code that does not ship in a function.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any, Final, TypeVar

T = TypeVar("T")
_Values = Callable[[Any], tuple[Any, ...]]
"""Returns the values that are compared and hashed."""


def light_dataclass(*, slots: bool, frozen: bool = False) -> Callable[[type[T]], type[T]]:
    """Return a decorator that makes a class behave as `dataclasses.dataclass` with the same
    arguments does. Assigning to any attribute of a frozen instance raises FrozenInstanceError.

    Raises TypeError for what is not implemented: classes without slots, `__post_init__`, and fields
    with `kw_only` or `init=False`.
    """

    def decorate(cls: type[T]) -> type[T]:
        # The standard library inspects the signature of a class without a docstring, which is slow.
        cls.__doc__ = cls.__doc__ or cls.__name__
        own = {name for name, value in vars(cls).items() if value is not None}
        # The standard library adds the fields, `__slots__` and `__match_args__`.
        made = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True)(cls)
        fields = dataclasses.fields(made)  # type: ignore[arg-type]
        _require_implemented(made, fields, slots=slots)
        values = _values([field.name for field in fields if field.compare])
        methods = {
            "__init__": _init(made, fields),
            "__repr__": _repr,
            "__eq__": _eq(values),
            "__hash__": _hash(values) if frozen else None,
            **(_FROZEN if frozen else {}),
        }
        for name in methods.keys() - own:
            setattr(made, name, methods[name])
        return made

    return decorate


def _require_implemented(
    cls: type, fields: Sequence[dataclasses.Field[Any]], *, slots: bool
) -> None:
    if not slots or hasattr(cls, "__post_init__") or any(f.kw_only or not f.init for f in fields):
        raise TypeError(f"{cls.__qualname__} needs dataclasses.dataclass: see light_dataclass")


def _init(cls: type, fields: Sequence[dataclasses.Field[Any]]) -> Callable[..., None]:
    """Compile `__init__`. It bypasses `__setattr__`, which raises if the class is frozen."""
    scope: dict[str, Any] = {"__set": object.__setattr__, "__absent": _ABSENT}
    parameters, body = ["self"], []
    for field in fields:
        parameter = value = name = field.name
        if field.default is not dataclasses.MISSING:
            scope[f"__default_{name}"] = field.default
            parameter = f"{name}=__default_{name}"
        elif field.default_factory is not dataclasses.MISSING:
            scope[f"__make_{name}"] = field.default_factory
            parameter = f"{name}=__absent"
            value = f"__make_{name}() if {name} is __absent else {name}"
        parameters.append(parameter)
        body.append(f"    __set(self, {name!r}, {value})\n")
    source = f"def __init__({', '.join(parameters)}):\n{''.join(body) or '    pass'}"
    exec(source, scope)  # noqa: S102 (names of fields, which are identifiers)
    init: Callable[..., None] = scope["__init__"]
    init.__qualname__, init.__module__ = f"{cls.__qualname__}.__init__", cls.__module__
    init.__annotations__ = {field.name: field.type for field in fields} | {"return": None}
    return init


def _values(names: Sequence[str]) -> _Values:
    if len(names) > 1:
        return attrgetter(*names)
    return lambda instance: tuple(getattr(instance, name) for name in names)


def _eq(values: _Values) -> Callable[[Any, object], bool]:
    def eq(self: Any, other: object) -> bool:
        return values(self) == values(other) if type(other) is type(self) else NotImplemented

    return eq


def _hash(values: _Values) -> Callable[[Any], int]:
    return lambda self: hash(values(self))


@recursive_repr("...")
def _repr(self: Any) -> str:
    shown = [field.name for field in dataclasses.fields(self) if field.repr]
    values = ", ".join(f"{name}={getattr(self, name)!r}" for name in shown)
    return f"{type(self).__qualname__}({values})"


def _setattr(_: object, name: str, __: object) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _delattr(_: object, name: str) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


def _getstate(self: Any) -> list[Any]:
    return [getattr(self, field.name) for field in dataclasses.fields(self)]


def _setstate(self: Any, state: list[Any]) -> None:
    for field, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, field.name, value)


_ABSENT: Final = object()
"""The default of a parameter whose field has a default factory."""
_FROZEN: Final[Mapping[str, Callable[..., Any]]] = {
    "__setattr__": _setattr,
    "__delattr__": _delattr,
    "__getstate__": _getstate,
    "__setstate__": _setstate,
}

if TYPE_CHECKING:
    # Type checkers recognise a dataclass by the name of the standard library's decorator.
    from dataclasses import dataclass as dataclass
else:
    dataclass = light_dataclass
