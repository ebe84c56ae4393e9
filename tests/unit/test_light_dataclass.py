"""A light dataclass behaves as the one that the standard library makes of the same class."""

import copy
import dataclasses
import inspect
import pickle
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, ClassVar, Generic, TypeVar

import pytest

from csvgate.light_dataclass import dataclass, light_dataclass

T = TypeVar("T")
Decorator = Callable[[type], type]
Make = Callable[[Decorator], type]


def no_fields(decorate: Decorator) -> type:
    @decorate
    class Made:
        pass

    return Made


def one_field(decorate: Decorator) -> type:
    @decorate
    class Made:
        """It has a docstring."""

        value: float

    return Made


def defaults(decorate: Decorator) -> type:
    @decorate
    class Made:
        kind: ClassVar[str] = "not a field"
        value: object
        text: str = "a"
        names: list[str] = dataclasses.field(default_factory=list)
        hidden: int = dataclasses.field(default=3, repr=False)
        ignored: int = dataclasses.field(default=4, compare=False)

    return Made


def generic(decorate: Decorator) -> type:
    @decorate
    class Made(Generic[T]):
        value: T
        other: int = 0

        @property
        def double(self) -> int:
            return 2 * self.other

    return Made


def own_methods(decorate: Decorator) -> type:
    @decorate
    class Made:
        value: object

        def __eq__(self, other: object) -> bool:
            return True

        def __hash__(self) -> int:
            return 7

        def __repr__(self) -> str:
            return "own"

    return Made


def own_equality(decorate: Decorator) -> type:
    @decorate
    class Made:  # noqa: PLW1641 (whether it gets a hash is the question)
        value: object

        def __eq__(self, other: object) -> bool:
            return self is other

    return Made


MAKES: list[Make] = [no_fields, one_field, defaults, generic, own_methods, own_equality]
NAN = float("nan")
CALLS: list[tuple[tuple[Any, ...], Mapping[str, Any]]] = [
    ((), {}),
    ((1,), {}),
    ((1.0,), {}),
    ((NAN,), {}),
    (([],), {}),
    ((1, 2), {}),
    ((1,), {"ignored": 5}),
    ((1,), {"text": "b", "ignored": 5}),
    ((1,), {"names": ["n"], "hidden": 9}),
    ((), {"value": 1, "other": 2}),
    ((1, 2, 3, 4, 5, 6, 7), {}),
    ((1,), {"unknown": 1}),
]
"""Arguments; each class accepts some of them."""


def outcome(act: Callable[[], Any]) -> Any:
    """The value, or the exception's class and words."""
    try:
        return act()
    except Exception as error:  # noqa: BLE001 (whatever it is, both must raise it)
        return type(error), str(error)


def seen(made: type) -> dict[str, Any]:
    """What can be observed of the class and its instances."""
    created = [outcome(partial(made, *a, **k)) for a, k in CALLS]
    instances: list[Any] = [each for each in created if isinstance(each, made)]
    return {
        "created": [None if isinstance(each, made) else each for each in created],
        "repr": [*map(repr, instances)],
        "equal": [[one == other for other in [*instances, 1]] for one in instances],
        "hash": [outcome(partial(hash, each)) for each in instances],
        "values": [dataclasses.asdict(each) for each in instances],
        "changed": [
            (outcome(partial(setattr, each, name, 1)), outcome(partial(delattr, each, name)))
            for each in instances
            for name in made.__slots__  # type: ignore[attr-defined]
        ],
        "fields": [(f.name, f.type, f.default) for f in dataclasses.fields(made)],
        "parameters": str(inspect.signature(made)).replace("<factory>", "DEFAULT"),
        "class": (made.__name__, made.__qualname__, made.__module__, made.__slots__),  # type: ignore[attr-defined]
        "match": made.__match_args__,  # type: ignore[attr-defined]
        "hashable": made.__hash__ is not None,
    }


@pytest.mark.parametrize("frozen", [False, True], ids=["mutable", "frozen"])
@pytest.mark.parametrize("make", MAKES, ids=lambda make: make.__name__)
def test_it_is_as_the_standard_librarys(make: Make, frozen: bool) -> None:
    expected = seen(make(dataclasses.dataclass(frozen=frozen, slots=True)))
    found = seen(make(light_dataclass(frozen=frozen, slots=True)))
    absent = found["parameters"].partition("<object object")[2].partition(">")[0]
    found["parameters"] = found["parameters"].replace(f"<object object{absent}>", "DEFAULT")
    assert found == expected


@dataclass(frozen=True, slots=True)
class Frozen:
    value: int
    inner: object = None


@dataclass(slots=True)
class Mutable:
    value: int
    inner: object = None


@pytest.mark.parametrize("made", [Frozen, Mutable])
def test_instances_can_be_copied_pickled_replaced_and_matched(made: Any) -> None:
    one = made(1, [made(2)])
    assert copy.copy(one) == one
    assert copy.deepcopy(one).inner is not one.inner
    assert pickle.loads(pickle.dumps(one)) == one  # noqa: S301 (its own bytes)
    assert dataclasses.replace(one, value=3) == made(3, one.inner)
    match one:
        case Frozen(1, inner) | Mutable(1, inner):
            assert inner == [made(2)]
        case _:
            pytest.fail("it does not match")


@pytest.mark.parametrize("name", ["value", "other"])
def test_a_frozen_instance_refuses_every_attribute(name: str) -> None:
    """The standard library raises TypeError for one that is not a field, because the method still
    refers to the class without slots."""
    with pytest.raises(dataclasses.FrozenInstanceError, match=f"cannot assign to field '{name}'"):
        setattr(Frozen(1), name, 2)
    with pytest.raises(dataclasses.FrozenInstanceError, match=f"cannot delete field '{name}'"):
        delattr(Frozen(1), name)


def test_a_mutable_instance_has_no_further_attributes() -> None:
    with pytest.raises(AttributeError, match="other"):
        setattr(Mutable(1), "other", 2)  # noqa: B010


def test_instances_share_no_default_that_a_factory_makes() -> None:
    made: Any = defaults(light_dataclass(frozen=True, slots=True))
    assert made(1).names is not made(1).names


def test_a_cycle_has_a_representation() -> None:
    one = Mutable(1)
    one.inner = one
    assert repr(one) == "Mutable(value=1, inner=...)"


def post_init(decorate: Decorator) -> type:
    @decorate
    class Made:
        value: int

        def __post_init__(self) -> None:
            raise AssertionError

    return Made


def not_initialised(decorate: Decorator) -> type:
    @decorate
    class Made:
        value: int = dataclasses.field(init=False)

    return Made


def only_a_keyword(decorate: Decorator) -> type:
    @decorate
    class Made:
        value: int = dataclasses.field(kw_only=True)

    return Made


@pytest.mark.parametrize("make", [post_init, not_initialised, only_a_keyword])
def test_what_it_cannot_do_is_refused(make: Make) -> None:
    with pytest.raises(TypeError, match=r"Made needs dataclasses\.dataclass"):
        make(light_dataclass(frozen=True, slots=True))


def test_slots_are_required() -> None:
    with pytest.raises(TypeError, match=r"Made needs dataclasses\.dataclass"):
        one_field(light_dataclass(slots=False))
