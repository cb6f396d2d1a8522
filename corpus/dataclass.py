"""Dataclasses that cost little to define, for the modules that every command imports.

The standard library compiles six methods of each class when it is defined. For the classes that a search imports, that
took a fifth of its CPU time. Here only `__init__` is compiled, when the first object is made.
"""

import dataclasses
import inspect
from collections.abc import Callable
from dataclasses import MISSING, FrozenInstanceError
from operator import attrgetter
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass  # for type checkers, it is the same
else:

    def dataclass(*, frozen: bool = False, slots: bool = False) -> Callable[[type], type]:
        """Make a class a dataclass, as `dataclasses.dataclass` does."""
        return lambda cls: _completed(dataclasses.dataclass(init=False, repr=False, eq=False, slots=slots)(cls), frozen)


def _completed(cls: Any, frozen: bool) -> Any:
    """Add the methods that are still missing, except those that the class defines itself."""
    values = _values(cls, [field.name for field in dataclasses.fields(cls) if field.compare])
    methods: dict[str, Any] = {
        "__init__": _first_init(cls),
        "__signature__": _Signature(),
        "__repr__": _repr,
        "__eq__": _equals(values),
        "__hash__": None,
    }
    if frozen:
        methods |= {
            "__hash__": lambda self: hash(values(self)),
            "__setattr__": _refuse_to_set,
            "__delattr__": _refuse_to_delete,
            "__getstate__": lambda self: [getattr(self, field.name) for field in dataclasses.fields(self)],
            "__setstate__": _restore,
        }
    for name, method in methods.items():
        if name not in cls.__dict__:
            setattr(cls, name, method)
    return cls


def _first_init(cls: Any) -> Any:
    def init(self: Any, *args: Any, **named: Any) -> None:
        cls.__init__ = _init(cls)
        cls.__init__(self, *args, **named)

    return init


class _Signature:
    """The signature that `help` shows."""

    def __get__(self, instance: object, owner: Any) -> inspect.Signature:
        signature = inspect.signature(_init(owner))
        return signature.replace(parameters=[*signature.parameters.values()][1:])


def _init(cls: Any) -> Any:
    """Compile `__init__`. It sets attributes directly, because setting one of a frozen object is refused."""
    known: dict[str, Any] = {"_new": MISSING, "_set": object.__setattr__}
    takes, does = ["self"], []
    for field in dataclasses.fields(cls):
        name, value = field.name, field.name
        if field.default_factory is not MISSING:
            known[f"_make_{name}"] = field.default_factory
            takes.append(f"{name}=_new")
            value = f"_make_{name}() if {name} is _new else {name}"
        elif field.default is not MISSING:
            known[f"_default_{name}"] = field.default
            takes.append(f"{name}=_default_{name}")
        else:
            takes.append(name)
        does.append(f"_set(self, {name!r}, {value})")
    if hasattr(cls, "__post_init__"):
        does.append("self.__post_init__()")
    exec(f"def __init__({', '.join(takes)}):\n " + "\n ".join(does or ["pass"]), known)  # noqa: S102 - names of fields only
    return known["__init__"]


def _values(cls: Any, names: list[str]) -> Callable[[Any], Any]:
    """Return the function that gives the values of an object's fields, for comparison."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda self: tuple(getattr(self, name) for name in names)


def _equals(values: Callable[[Any], Any]) -> Callable[[Any, Any], Any]:
    def equals(self: Any, other: Any) -> Any:
        return values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented

    return equals


@recursive_repr()
def _repr(self: Any) -> str:
    shown = (f"{field.name}={getattr(self, field.name)!r}" for field in dataclasses.fields(self) if field.repr)
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _refuse_to_set(self: Any, name: str, value: Any) -> None:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(self: Any, name: str) -> None:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _restore(self: Any, state: list[Any]) -> None:
    for field, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, field.name, value)
