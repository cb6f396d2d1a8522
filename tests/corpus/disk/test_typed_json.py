"""JSON that must have a certain form."""

import json
from typing import Any

import pytest

from corpus.disk.typed_json import typed

ROW = {"name": str, "pages": int, "score?": (float, None)}

FITTING: dict[str, tuple[Any, Any]] = {
    "a text": ("a", str),
    "any value": ({"a": [1, None]}, object),
    "a whole number": (-3, int),
    "a whole number where others are allowed": (3, float),
    "true": (True, bool),
    "an empty list": ([], [int]),
    "a list of anything": ([1, "a", None], [object]),
    "a list of pairs": ([[1, 2], [3, 4], []], [[int]]),
    "an object with any names": ({"a": 1, "b": 2}, {str: int}),
    "rows": ([{"name": "a", "pages": 1, "score": 1.5}, {"name": "b", "pages": 2, "score": None}], [ROW]),
    "a row without what may be missing": ([{"name": "a", "pages": 1}], [ROW]),
    "a row with more": ([{"name": "a", "pages": 1, "other": {}}], [ROW]),
    "one of two forms": ([["a"], {"a": 1}], [([str], {str: int})]),
    "nothing where it is allowed": ([None, {"name": "a", "pages": 1}], [(ROW, None)]),
}

ODD: dict[str, tuple[Any, Any]] = {
    "a number instead of a text": (1, str),
    "true instead of a number": (True, int),
    "a number instead of true": (1, bool),
    "half a number": (1.5, int),
    "a number that is too large": (2**64, int),
    "a number that is too small": (-(2**64), float),
    "one text among numbers": ([1, 2, "3"], [int]),
    "one large number among others": ([1, 2**70, None], [(int, None)]),
    "nothing where it is not allowed": ([{"name": None, "pages": 1}], [ROW]),
    "a row without a name": ([{"name": "a", "pages": 1}, {"pages": 1}], [ROW]),
    "a list instead of an object": ([["name", "pages"]], [ROW]),
    "an object instead of a list": ({"a": 1}, [int]),
    "a number inside a list inside a list": ([[1], 2], [[int]]),
    "neither of two forms": ([["a"], {"a": "b"}], [([str], {str: int})]),
}


@pytest.mark.parametrize("name", FITTING)
def test_a_value_of_the_form_is_returned(name: str) -> None:
    value, form = FITTING[name]
    assert typed(json.dumps(value), form) == value


@pytest.mark.parametrize("name", ODD)
def test_any_other_value_is_refused(name: str) -> None:
    value, form = ODD[name]
    with pytest.raises(ValueError, match="not of the expected form"):
        typed(json.dumps(value), form)


@pytest.mark.parametrize("text", ["NaN", "[Infinity]", "1e999", "[1.5, 1e999]", '"\\ud800"', "{", "[" * 100_000])
def test_what_is_no_json_or_cannot_be_written_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        typed(text, (float, str, [float]))
