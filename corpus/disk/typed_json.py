"""Read JSON that must have a certain form, because somebody else may have written it.

A form is a type (`str`), `object` for any value, `[form]` for a list, `{str: form}` for an object with any names,
`{"name": form, "perhaps?": form}` for an object with these names (others are ignored), or several of them in a tuple.
`None` in a tuple allows null.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from math import isfinite
from typing import Any

Form = Any
"""A form, as described above."""

_MOST = 2**64
_SIMPLE = frozenset(map(id, (str, int, float, bool, None)))  # by identity, because other forms cannot be hashed
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


def typed(data: bytes | str, form: Form) -> Any:
    """Return the value of a JSON text that has a form. Raises ValueError for every other text.

    Numbers are finite and below 2^64, and every text can be written as UTF-8.
    """
    raw = data if isinstance(data, bytes) else data.encode()
    try:
        value = json.loads(raw, parse_constant=_refused)
        if _SURROGATE.search(raw):  # half a character, which could not be printed
            json.dumps(value, ensure_ascii=False).encode()
        fits = has_form(value, form)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not fits:
        raise ValueError("not of the expected form")
    return value


def has_form(value: object, form: Form) -> bool:
    """Return whether a value from JSON has a form."""
    return _all([value], form)


def _all(values: Sequence[Any], form: Form) -> bool:
    """Return whether each of some values has a form. The values are checked together, because there are many."""
    if form is object:
        return True
    kinds = set(map(type, values))
    each = form if isinstance(form, tuple) else (form,)
    if _SIMPLE.issuperset(map(id, each)):
        return _all_simple(values, kinds, each)
    if isinstance(form, tuple):
        return all(any(_all([value], other) for other in form) for value in values)
    if isinstance(form, list):
        return kinds <= {list} and (form == [object] or _all([*chain.from_iterable(values)], form[0]))
    return kinds <= {dict} and _fields_fit(values, form)


def _fields_fit(values: Sequence[Mapping[str, object]], form: Mapping[Any, Form]) -> bool:
    if str in form:
        return _all([inner for value in values for inner in value.values()], form[str])
    for key, each in form.items():
        name = key.removesuffix("?")
        held = [value[name] for value in values if name in value]
        if (len(held) < len(values) and name == key) or not _all(held, each):
            return False
    return True


def _all_simple(values: Sequence[Any], kinds: set[type], types: Sequence[type | None]) -> bool:
    allowed = {type(None) if each is None else each for each in types} | ({int} if float in types else set())
    numbers = values if len(kinds) == 1 else [value for value in values if type(value) is int]
    return (
        kinds <= allowed
        and (int not in kinds or (min(numbers) > -_MOST and max(numbers) < _MOST))
        and (float not in kinds or all(isfinite(value) for value in values if type(value) is float))
    )


def _refused(constant: str) -> Callable[[], None]:
    raise ValueError(f"{constant} is not a number")
