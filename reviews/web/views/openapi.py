"""The description of the page for programs: OpenAPI 3.1, made from the same names that the views read."""

from typing import Any, get_args

from flask import Blueprint, Response

from corpus.model import ItemKind, SectionKind
from reviews.web.context import as_json
from reviews.web.parameters import SORTS
from search.analytics.trends import By

views = Blueprint("describing", __name__)

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_LIST: Schema = {"type": "array", "items": {"type": "string", "maxLength": 300}, "maxItems": 50}
_YEAR: Schema = {"type": "integer", "minimum": 1000, "maximum": 9999}
_ID: Schema = {"type": "string", "pattern": "^[0-9a-f]{8,64}$"}


def _query(name: str, told: str, schema: Schema, **more: Any) -> Schema:
    return {"name": name, "in": "query", "description": told, "schema": schema, **more}


_ASKED = [
    _query("q", "the query, in the query language", _TEXT),
    *(_query(name, f"only reports with this {name}", _LIST) for name in ("board", "area", "kind", "type", "theme")),
    _query(
        "section",
        "only in this kind of section",
        {"type": "array", "items": {"enum": [kind.value for kind in SectionKind]}, "maxItems": 16},
    ),
    _query("from", "the first year", _YEAR),
    _query("to", "the last year", _YEAR),
    _query("exact", "1: no other forms of words", {"enum": ["0", "1"]}),
    _query("sort", "the order", {"enum": list(SORTS)}),
]
_PAGED = [
    _query("page", "which page of the answer", {"type": "integer", "minimum": 1, "maximum": 100_000}),
    _query("limit", "reports on a page", {"type": "integer", "minimum": 1, "maximum": 100}),
]
_ITEMS = [
    _query("only", "the one or the other", {"enum": ["", *ItemKind]}),
    _PAGED[0],
]
_COUNTED = [
    _query("q", "what to count, up to five", {"type": "array", "items": _TEXT, "maxItems": 5}),
    _query("by", "by what", {"enum": list(get_args(By))}),
    _query("small", "hidden: keep back counts from 1 to 4", {"enum": ["hidden"]}),
]
_SHEET = [
    {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{22}$"}}
]
_REPORT = {"name": "id", "in": "path", "required": True, "description": "a report, by the beginning of its id"}
_NUMBER = {"name": "number", "in": "path", "required": True, "description": "a page of the PDF, from 1"}
_ONE = [{**_REPORT, "schema": _ID}]
_KNOWN = [_query("hidden", "known: also a file with text that nobody can see on its pages", {"enum": ["known"]})]
_PAGE = [*_ONE, {**_NUMBER, "schema": {"type": "integer", "minimum": 1, "maximum": 100_000}}]

_ERROR: Schema = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["status", "message"],
            "properties": {"status": {"type": "integer"}, "message": _TEXT},
        }
    },
}


def _object(*keys: str) -> Schema:
    return {"type": "object", "required": list(keys)}


def _get(told: str, kind: str, schema: Schema, parameters: list[Schema], *refusals: int) -> Schema:
    wrong = "application/json" if kind == "application/json" else "text/html"
    wrong_schema = _ERROR if wrong == "application/json" else _TEXT
    answers: Schema = {"200": {"description": told, "content": {kind: {"schema": schema}}}}
    for status in refusals:
        said = {400: "a parameter or the query cannot be used", 404: "not held", 503: "not available now"}[status]
        answers[str(status)] = {"description": said, "content": {wrong: {"schema": wrong_schema}}}
    return {"get": {"summary": told, "parameters": parameters, "responses": answers}}


_JSON, _HTML = "application/json", "text/html"
_RIS = "application/x-research-info-systems"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FOUND = _object("version", "query", "generation", "coverage", "total", "hits", "facets")

PATHS: dict[str, Schema] = {
    "/": _get("the search page", _HTML, _TEXT, [*_ASKED, *_PAGED], 400, 503),
    "/search.json": _get("an answer", _JSON, _FOUND, [*_ASKED, *_PAGED], 400, 503),
    "/search.csv": _get("every mention of an answer", "text/csv", _TEXT, _ASKED, 400, 503),
    "/search.xlsx": _get("the same as a workbook", _XLSX, _TEXT, _ASKED, 400, 503),
    "/search.ris": _get("the reports of an answer for reference managers", _RIS, _TEXT, _ASKED, 400, 503),
    "/search.atom": _get("a feed of an answer", "application/atom+xml", _TEXT, _ASKED, 400, 503),
    "/reports.json": _get("all reports", _JSON, _object("reports"), [], 503),
    "/reports/{id}": _get("a report", _HTML, _TEXT, [*_ONE, *_ASKED], 400, 404, 503),
    "/reports/{id}.json": _get(
        "a report", _JSON, _object("report", "pages", "paragraphs", "hit"), [*_ONE, *_ASKED], 400, 404, 503
    ),
    "/reports/{id}.ris": _get(
        "a report or a paragraph of it for reference managers",
        _RIS,
        _TEXT,
        [*_ONE, _query("paragraph", "its ordinal", {"type": "integer", "minimum": 0, "maximum": 9_999_999})],
        400,
        404,
        503,
    ),
    "/reports/{id}/file.pdf": _get("the file", "application/pdf", _TEXT, [*_ONE, *_KNOWN], 400, 404, 503),
    "/reports/{id}/pages/{number}": _get("a page", _HTML, _TEXT, [*_PAGE, *_ASKED], 400, 404, 503),
    "/reports/{id}/pages/{number}.json": _get(
        "a page", _JSON, _object("report", "pages", "paragraphs", "mentions"), [*_PAGE, *_ASKED], 400, 404, 503
    ),
    "/reports/{id}/pages/{number}/picture.png": _get(
        "the picture of a page", "image/png", _TEXT, [*_PAGE, *_ASKED], 400, 404, 503
    ),
    "/recommendations": _get("recommendations and findings", _HTML, _TEXT, [*_ASKED, *_ITEMS], 400, 503),
    "/recommendations.json": _get(
        "recommendations and findings", _JSON, _object("items", "more"), [*_ASKED, *_ITEMS], 400, 503
    ),
    "/trends": _get("how often reports speak of something", _HTML, _TEXT, _COUNTED, 400, 503),
    "/trends.json": _get("the same", _JSON, _object("queries", "by", "points"), _COUNTED, 400, 503),
    "/trends.svg": _get("the same as a chart", "image/svg+xml", _TEXT, _COUNTED, 400, 503),
    "/batch": {
        **_get("where a sheet of queries is given", _HTML, _TEXT, []),
        "post": {
            "summary": "answer a sheet of queries; leads to the page that tells how far it is",
            "requestBody": {
                "required": True,
                "content": {
                    "multipart/form-data": {
                        "schema": {**_object("sheet"), "properties": {"sheet": {"type": "string", "format": "binary"}}}
                    }
                },
            },
            "responses": {
                "303": {"description": "begun"},
                "400": {"description": "no sheet, or one without queries", "content": {_HTML: {"schema": _TEXT}}},
                "413": {"description": "too large", "content": {_HTML: {"schema": _TEXT}}},
                "503": {"description": "too many at once", "content": {_HTML: {"schema": _TEXT}}},
            },
        },
    },
    "/batch/template.xlsx": _get("an example sheet", _XLSX, _TEXT, []),
    "/batch/{id}": _get("how far a sheet is", _HTML, _TEXT, _SHEET, 404),
    "/batch/{id}.json": _get("how far a sheet is", _JSON, _object("done", "total", "ready", "error"), _SHEET, 404),
    "/batch/{id}.xlsx": _get("the answers to a sheet", _XLSX, _TEXT, _SHEET, 404),
    "/themes": _get("the themes", _HTML, _TEXT, [], 503),
    "/themes.json": _get("the themes", _JSON, _object("themes", "problems", "reports"), [], 503),
    "/coverage": _get("what is held", _HTML, _TEXT, [_PAGED[0]], 400, 503),
    "/coverage.json": _get("what is held", _JSON, _object("coverage", "unread", "failures", "not_held"), [], 503),
    "/help": _get("how to search", _HTML, _TEXT, []),
    "/help.json": _get("how to search", _JSON, _object("groups", "sections"), []),
    "/accessibility": _get("how these pages can be used", _HTML, _TEXT, []),
    "/opensearch.xml": _get("for the search box of a browser", "application/opensearchdescription+xml", _TEXT, []),
    "/healthz": _get("the process is there", _JSON, _object("ok"), []),
    "/readyz": _get("it can answer", _JSON, _object("ok"), [], 503),
    "/version": _get("of the program", _JSON, _object("program", "python"), []),
    "/openapi.json": _get("this description", _JSON, _object("openapi", "info", "paths"), []),
}


@views.get("/openapi.json")
def openapi() -> Response:
    """All of it."""
    info = {"title": "Safeguarding reviews", "version": "1", "description": "Search inside safeguarding reviews."}
    return as_json({"openapi": "3.1.0", "info": info, "paths": PATHS})
