import copy
import dataclasses
import inspect
import subprocess
import sys
from dataclasses import FrozenInstanceError, field
from typing import Any

import pytest

from corpus.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit to a child."""

    child: str
    notes: tuple[str, ...] = ()
    seen: dict[str, int] = field(default_factory=dict)
    secret: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "child", self.child.title())


@dataclass(frozen=True, slots=True)
class Nothing:
    """No fields."""


@dataclass(slots=True)
class Draft:
    """A value that changes."""

    words: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Late:
    """A class of which `test_help_shows_the_signature` makes no object."""

    child: str
    age: int = 3


def test_an_object_has_its_values_and_defaults() -> None:
    first, second = Visit("siân", seen={"home": 1}), Visit("leo", ("late",))
    assert (first.child, first.notes, first.seen) == ("Siân", (), {"home": 1})
    assert second.seen == {}
    assert second.seen is not Visit("leo").seen
    assert (Draft().words, Draft(["a"]).words) == ([], ["a"])
    with pytest.raises(TypeError, match="child"):
        Visit()  # type: ignore[call-arg]


def test_objects_of_one_class_with_the_same_values_are_equal() -> None:
    assert Visit("siân") == Visit("siân") != Visit("leo")
    others: list[object] = [Draft(), ("a", 3)]
    assert Nothing() == Nothing()
    assert Nothing() not in others
    assert {Late("a"), Late("a"), Late("b")} == {Late("a"), Late("b")}
    assert Late("a", 3) not in others
    with pytest.raises(TypeError, match="unhashable"):
        hash(Draft())


def test_repr_names_the_fields() -> None:
    assert repr(Visit("siân", secret="x")) == "Visit(child='Siân', notes=(), seen={})"


def test_a_frozen_object_cannot_be_changed() -> None:
    visit: Any = Visit("siân")
    with pytest.raises(FrozenInstanceError, match="child"):
        visit.child = "Leo"
    with pytest.raises(FrozenInstanceError, match="child"):
        del visit.child
    draft = Draft()
    draft.words = ["a"]
    assert draft == Draft(["a"])


def test_objects_can_be_copied_and_replaced() -> None:
    visit = Visit("siân", ("late",))
    assert copy.copy(visit) == copy.deepcopy(visit) == visit
    assert dataclasses.replace(visit, child="leo") == Visit("leo", ("late",))
    assert dataclasses.asdict(visit)["notes"] == ("late",)


def test_help_shows_the_signature() -> None:
    assert str(inspect.signature(Late)) == "(child, age=3)"


def test_a_search_defines_no_other_dataclass() -> None:
    """A class that the standard library completes takes ten times as long to define."""
    program = (
        "import dataclasses; real = dataclasses._process_class\n"
        "def slow(cls, init, *more):\n"
        "    if init: print(cls.__module__, cls.__qualname__)\n"
        "    return real(cls, init, *more)\n"
        "dataclasses._process_class = slow\n"
        "import reviews.cli.main, reviews.cli.search, reviews.library, reviews.terminal.results\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["corpus.storage.near_duplicates", "Pair"]  # it can be sorted
