"""Views for collections: save passages, arrange them, and export them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, g, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from corpus.errors import Corrupt, UsageError
from reviews.collecting import json_format
from reviews.collecting.collection import Collected, Collection
from reviews.collecting.passages import COLUMNS, Found, look_up, passage_reference
from reviews.documents.of_collection import collection_document
from reviews.documents.searched import Searched, today
from reviews.web import collection_storage
from reviews.web.context import as_json, home, local, opened, pool, root
from reviews.web.views.exports import TYPES, file_name
from search.tables.writers import write_rows

views = Blueprint("collecting", __name__)

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_KEY = "<string(maxlength=6):key>"
_MOST = 1_000_000  # bytes of an uploaded file
_PLACE = re.compile(r"([0-9a-f]{16,64}):([0-9]{1,7})(?::([0-9]{1,7}))?")


@dataclass(frozen=True, slots=True)
class Control:
    """The control next to a passage.

    `id` is that of the element, or "" if the page already has one for the same passage.
    """

    id: str
    value: str
    saved: bool
    collection: Collection


def control(report: str, first: int, last: int | None = None) -> Control:
    """Return the control for the paragraphs `first` to `last` (ordinals) of a report (id)."""
    name = f"s{report[:16]}-{first}"
    used: set[str] = g.setdefault("controls", set())
    value = f"{report[:16]}:{first}" + (f":{last}" if last not in (None, first) else "")
    try:
        collection, saved = collection_storage.open_collection(), collection_storage.saved_here(report, first)
    except Corrupt:  # a page can be read without it; the collections page says what to do
        collection, saved = Collected().open, False
    found = Control("" if name in used else name, value, saved, collection)
    used.add(name)
    return found


def here() -> str:
    """Return the address of this page on this site, to come back to."""
    return request.full_path.rstrip("?") if request.method == "GET" else "/"


@views.before_request
def _ways_on() -> None:
    """Offer a link that leads on from an error: back to the passage, or to the collections."""
    if request.endpoint == "collecting.save":
        g.ways = [("Go back", _back())]
    elif request.endpoint != "collecting.collections":
        g.ways = [("Your collections", f"{home()}/collections")]


@views.post("/collections/save")
def save() -> AnyResponse:
    """Save a passage in the open collection, or remove it again. Redirects to where it was."""
    saving, value = "passage" in request.form, request.form.get("passage") or request.form.get("drop", "")
    place = _PLACE.fullmatch(value)
    if place is None:
        raise UsageError("No passage was chosen. Go back and choose Save passage beside one.")
    report, first = place[1], int(place[2])
    last = int(place[3]) if place[3] else first
    if saving:
        generation = opened().searcher().generation  # before the corpus, which a newer generation closes
        saved = passage_reference(opened().corpus(), report, first, last, generation, today())
        collection_storage.change(lambda held: held.saving(saved))
    else:
        collection_storage.change(lambda held: held.without(held.open.key, report, first) if held.collections else held)
    if request.form.get("part"):
        return Response(
            render_template(
                "save_part.html", report=report, first=first, last=last, what=request.form.get("what", "")[:200]
            )
        )
    return redirect(f"{_back()}#s{report[:16]}-{first}", 303)


def _back() -> str:
    """Return the path on this site from which the form was sent."""
    return home() + (local(request.form.get("back", "").partition("#")[0]) or "/collections")


@views.get("/collections")
def collections() -> str:
    """Show all collections, and the passages of the open one."""
    return _page(collection_storage.open_collection())


@views.get(f"/collections/{_KEY}")
def collection(key: str) -> str:
    """Show the passages of one collection."""
    return _page(collection_storage.collected().of(key))


def _page(chosen: Collection) -> str:
    found = _found(chosen)
    searcher = opened().searcher()
    return render_template(
        "collection.html",
        chosen=chosen,
        collected=collection_storage.collected(),
        found=found,
        saved_first=[each.first for each in chosen.passages],
        on_server=collection_storage.on_server(),
        coverage=searcher.coverage,
        generation=searcher.generation,
        built_at=searcher.built_at,
        today=today(),
    )


def _found(chosen: Collection) -> list[Found]:
    """Return the passages with their text.

    Passages of removed reports are reduced to bare references in the stored collection.
    """
    found = list(look_up(opened().corpus(), chosen))
    removed = {each.saved.report for each in found if each.state == "removed"}
    if any(saved.report in removed and saved != saved.bare for saved in chosen.passages):
        collection_storage.change(lambda held: held.forgetting(removed.__contains__))
    return found


@views.get("/collections.json")
def collections_json() -> Response:
    """Download all collections, as a file that can be imported elsewhere."""
    return as_json(json_format.to_dict(collection_storage.collected()))


@views.get(f"/collections/{_KEY}.json")
def collection_json(key: str) -> Response:
    """Download one collection, as a file that can be imported elsewhere."""
    chosen = collection_storage.collected().of(key)
    response = as_json(json_format.to_dict(Collected((chosen,), chosen.key)))
    return _named(response, chosen, "json")


@views.get(f"/collections/{_KEY}.docx")
def collection_word(key: str) -> Response:
    """Download one collection as a Word document."""
    chosen, searcher = collection_storage.collected().of(key), opened().searcher()
    searched = Searched(searcher.coverage, searcher.generation, searcher.built_at)
    response = Response(collection_document(chosen.name, _found(chosen), searched, root()), mimetype=DOCX)
    return _named(response, chosen, "docx")


@views.get(f"/collections/{_KEY}.csv")
def collection_csv(key: str) -> Response:
    """Download one collection as a table, with one row per passage."""
    chosen = collection_storage.collected().of(key)
    rows = [each.row(number, root()) for number, each in enumerate(_found(chosen), 1)]
    return _named(table(rows, COLUMNS, "csv"), chosen, "csv")


def table(rows: list[dict[str, Any]], columns: tuple[str, ...], form: str) -> Response:
    """Return a table as a file to download."""
    with pool().batches.scratch() as folder:
        out = folder / f"table.{form}"
        write_rows(out, rows, columns)
        return Response(out.read_bytes(), mimetype=TYPES[form])


def _named(response: Response, chosen: Collection, form: str) -> Response:
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name(chosen.name)}.{form}"'
    return response


@views.post("/collections/new")
def begun() -> AnyResponse:
    """Start a collection. From now on, passages are saved there."""
    changed = collection_storage.change(lambda held: held.begun(request.form.get("name", "")))
    return redirect(f"{home()}/collections/{changed.open_key}", 303)


@views.post("/collections/bring")
def brought() -> AnyResponse:
    """Add the collections from a file that was downloaded on another computer or browser."""
    given = request.files.get("file")
    if given is None or not given.filename:
        raise UsageError("Choose a file that was downloaded from a collection.")
    with closing(given):
        data = given.read(_MOST + 1)
    if len(data) > _MOST:
        raise UsageError("The file is larger than 1 MB. Choose one that was downloaded from a collection.")
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        value = None
    more = json_format.from_dict(value).collections
    changed = collection_storage.change(lambda held: held.having(more))
    return redirect(f"{home()}/collections/{changed.open_key}", 303)


@views.post(f"/collections/{_KEY}")
def changed(key: str) -> AnyResponse:
    """Change a collection or one of its passages. `act` says how."""
    form = request.form
    place = _PLACE.fullmatch(form.get("passage", ""))
    report, first = (place[1], int(place[2])) if place else ("", -1)
    noted: Callable[[Collected], Collected] = lambda held: (  # noqa: E731 - whatever was typed beside the button is kept
        held.noted(key, report, first, form["note"]) if "note" in form else held
    )
    acts: dict[str, Callable[[Collected], Collected]] = {
        "note": noted,
        "up": lambda held: noted(held).moved(key, report, first, -1),
        "down": lambda held: noted(held).moved(key, report, first, 1),
        "drop": lambda held: held.without(key, report, first),
        "name": lambda held: held.renamed(key, form.get("name", "")),
        "open": lambda held: held.opening(key),
        "delete": lambda held: held.deleted(key),
    }
    act = acts.get(form.get("act", ""))
    if act is None:
        abort(400, "This form cannot be used. Go back and try again.")
    collection_storage.change(act)
    if form["act"] == "delete":
        return redirect(f"{home()}/collections", 303)
    stays = place and form["act"] != "drop"
    return redirect(f"{home()}/collections/{key}" + (f"#s{report[:16]}-{first}" if stays else ""), 303)
