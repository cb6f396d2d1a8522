"""Read JSON that must have a certain form, because somebody else may have written it.

A form is a type (`str`), `object` for any value, `[form]` for a list, `{str: form}` for an object with any names,
`{"name": form, "perhaps?": form}` for an object with these names (others are ignored), or several of them in a tuple.
`None` in a tuple allows null.
"""

import json
import re
from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any

Form = Any
"""A form, as described above."""

_MOST = 2**64
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
    if isinstance(form, tuple):
        return any(has_form(value, each) for each in form)
    if isinstance(form, list):
        return isinstance(value, list) and (form == [object] or _all(value, form[0]))
    if isinstance(form, Mapping):
        return isinstance(value, dict) and _fields_fit(value, form)
    return form is object or _is(value, form)


def _fields_fit(value: Mapping[str, object], form: Mapping[Any, Form]) -> bool:
    if str in form:
        return _all(value.values(), form[str])
    return all(
        has_form(value[name], each) if (name := key.removesuffix("?")) in value else key.endswith("?")
        for key, each in form.items()
    )


def _all(values: Any, form: Form) -> bool:
    if form is str:  # the long lists, and the many
        return set(map(type, values)) <= {str}
    return all(has_form(each, form) for each in values)


def _is(value: object, form: Form) -> bool:
    if form is None:
        return value is None
    if type(value) is int:
        return form in (int, float) and -_MOST < value < _MOST
    if type(value) is float:
        return form is float and isfinite(value)
    return type(value) is form


def _refused(constant: str) -> Callable[[], None]:
    raise ValueError(f"{constant} is not a number")
