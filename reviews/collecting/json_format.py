"""Collections as JSON, for the file that a person downloads and for each person's file on the server.

The input is untrusted, so every value is checked and unknown values are left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from corpus.errors import UsageError
from reviews.collecting.collection import (
    FIRST_NAME,
    LONGEST_NAME,
    LONGEST_NOTE,
    MOST_COLLECTIONS,
    MOST_PASSAGES,
    Collected,
    Collection,
    Saved,
    printable,
)

FORMAT = "reviews collections"
VERSION = 1
_ID = re.compile(r"[0-9a-f]{16,64}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WORD = re.compile(r"[0-9A-Za-z.:_-]{0,40}")
_LONGEST = 200  # paragraphs of one passage
_HIGHEST = 9_999_999  # maximum ordinal and page


def to_dict(collected: Collected) -> dict[str, Any]:
    """Return all collections of a person."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "open": collected.open_key,
        "collections": [collection_dict(each) for each in collected.collections],
    }


def collection_dict(collection: Collection) -> dict[str, Any]:
    """Return one collection, with its references and notes."""
    return {
        "key": collection.key,
        "name": collection.name,
        "passages": [
            {
                "report": saved.report,
                "page": saved.page,
                "paragraph": saved.number,
                "first": saved.first,
                "last": saved.last,
                "generation": saved.generation,
                "saved": saved.date,
                "digest": saved.digest,
                "note": saved.note,
            }
            for saved in collection.passages
        ],
    }


def from_dict(value: object) -> Collected:
    """Return the collections that `to_dict` encoded. Raises UsageError for anything else."""
    if (
        not isinstance(value, Mapping)
        or value.get("format") != FORMAT
        or not isinstance(value.get("collections"), Sequence)
    ):
        raise UsageError("This is not a collections file. Choose one that was downloaded from a collection here.")
    if value.get("version") != VERSION:
        raise UsageError("Another version of the program wrote this file. Use the same version on both computers.")
    given = value["collections"]
    if len(given) > MOST_COLLECTIONS:
        raise UsageError(f"The file has more than {MOST_COLLECTIONS} collections. Import them one at a time.")
    collections = [_collection(each, place) for place, each in enumerate(given, 1)]
    if sum(len(each.passages) for each in collections) > MOST_PASSAGES:
        raise UsageError(f"The file has more than {MOST_PASSAGES} passages. Import the collections one at a time.")
    if len({each.key for each in collections}) < len(collections):
        raise UsageError("Two collections in the file have the same key. Download them again.")
    asked = value.get("open")
    return Collected(tuple(collections), asked if isinstance(asked, str) else "1")


def _collection(value: object, place: int) -> Collection:
    if not isinstance(value, Mapping):
        raise _wrong(place)
    key, name, passages = value.get("key"), value.get("name"), value.get("passages")
    if not isinstance(key, str) or not re.fullmatch(r"[1-9][0-9]{0,5}", key) or not isinstance(passages, Sequence):
        raise _wrong(place)
    shown = " ".join(printable(name).split())[:LONGEST_NAME] if isinstance(name, str) else ""
    if len(passages) > MOST_PASSAGES:
        raise UsageError(f"The file has more than {MOST_PASSAGES} passages. Import the collections one at a time.")
    found: list[Saved] = []
    for each in passages:
        saved = _saved(each)
        if saved is None:
            raise _wrong(place)
        if not any(other.is_at(saved.report, saved.first) for other in found):
            found.append(saved)
    return Collection(key, shown or FIRST_NAME, tuple(found))


def _saved(value: object) -> Saved | None:
    if not isinstance(value, Mapping):
        return None
    report, numbers = value.get("report"), [value.get(name) for name in ("first", "last", "page")]
    if not isinstance(report, str) or not _ID.fullmatch(report):
        return None
    first, last, page = (n if type(n) is int and 0 <= n <= _HIGHEST else -1 for n in numbers)
    if min(first, last, page) < 0 or not first <= last < first + _LONGEST:
        return None
    number, note = value.get("paragraph"), value.get("note")
    return Saved(
        report=report,
        first=first,
        last=last,
        page=page,
        number=printable(number)[:60] if isinstance(number, str) else None,
        generation=_matching(_WORD, value.get("generation")),
        date=_matching(_DATE, value.get("saved")),
        digest=_matching(_WORD, value.get("digest")),
        note=printable(note)[:LONGEST_NOTE] if isinstance(note, str) else "",
    )


def _matching(pattern: re.Pattern[str], value: object) -> str:
    return value if isinstance(value, str) and pattern.fullmatch(value) else ""


def _wrong(place: int) -> UsageError:
    return UsageError(f"Collection {place} of the file is damaged. Download it again from the original computer.")
