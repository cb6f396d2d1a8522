"""The OpenAPI 3.1 description of the web page, generated from the same tables that the views use."""

import re
from difflib import get_close_matches
from typing import Any, get_args

from flask import Blueprint, Response, request

from corpus.errors import UsageError
from reviews.web.context import as_json
from reviews.web.parameters import SORTS, VIEWS
from reviews.web.views.recommendations import ONLY
from reviews.web.views.words import ORDERS, UNITS
from search.analytics.trends import By
from search.filters import FILTERS, Filter

views = Blueprint("openapi", __name__)

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_LIST: Schema = {"type": "array", "items": {"type": "string", "maxLength": 300}, "maxItems": 50}
_YEAR: Schema = {"type": "integer", "minimum": 1000, "maximum": 9999}
_ID: Schema = {"type": "string", "pattern": "^[0-9a-f]{8,64}$"}


def _query(name: str, description: str, schema: Schema, **more: Any) -> Schema:
    return {"name": name, "in": "query", "description": description, "schema": schema, **more}


def _values(each: Filter) -> Schema:
    if not each.several:
        return {"type": "string", "examples": [each.metavar]}
    return {**_LIST, "items": {"enum": list(each.choices)}} if each.choices else _LIST


_NARROWED = [
    *(_query(each.name, each.help, _values(each)) for each in FILTERS),
    _query("from", "First year, instead of `year`.", _YEAR),
    _query("to", "Last year, instead of `year`.", _YEAR),
]
_ASKED = [
    _query("q", "the query, in the query language", _TEXT),
    *_NARROWED,
    _query("exact", "1: only the words as written", {"enum": ["0", "1"]}),
    _query("together", "1: only reports that have plain words together", {"enum": ["0", "1"]}),
    _query("meaning", "1: also passages in other words, below the results and in JSON", {"enum": ["0", "1"]}),
    _query("view", "what is listed; in JSON and spreadsheets not `recommendations`", {"enum": list(VIEWS)}),
    _query("sort", "order of the results", {"enum": list(SORTS)}),
    _query("back", "the page that a link back leads to: a path on these pages", _TEXT),
]
_PAGED = [
    _query("page", "page of the results", {"type": "integer", "minimum": 1, "maximum": 100_000}),
    _query("limit", "reports per page", {"type": "integer", "minimum": 1, "maximum": 100}),
]
_PASSAGES = _query(
    "passages",
    "passages of each report: a number, or `all` for every mention",
    {"anyOf": [{"enum": ["all"]}, {"type": "integer", "minimum": 0, "maximum": 100}]},
)
_ITEMS = [
    _query("only", "what to list; default: recommendations", {"enum": ["", *ONLY]}),
    _PAGED[0],
]
_HELD = [
    _query("find", "words of a title, board, child or year", _TEXT),
    _query(
        "show", "one of the lists in full", {"enum": ["pages", "files", "hidden", "attached", "missing", "folders"]}
    ),
    _PAGED[0],
]
_COUNTED = [
    _query("q", "what to count, up to five", {"type": "array", "items": _TEXT, "maxItems": 5}),
    _query("by", "what to group the counts by", {"enum": list(get_args(By))}),
    _query("small", "hidden: hide counts from 1 to 4", {"enum": ["hidden"]}),
    *_NARROWED,
]
_BRIEF = [
    _query("theme", "the theme, by its name", _TEXT),
    *(each for each in _COUNTED if each["name"] not in ("q", "by", "theme")),
]
_LOOKED_AT = [_query("q", "what to look for", _TEXT), *_NARROWED]
_LINES = [*_LOOKED_AT, _query("sort", "order of the mentions", {"enum": list(ORDERS)})]
_TYPICAL = [*_LOOKED_AT, _query("unit", "what is compared with all others", {"enum": list(UNITS)})]
_COMPARED = [
    _query("q", "two queries, whose reports are compared", {"type": "array", "items": _TEXT, "maxItems": 2}),
    *_NARROWED,
]
_STUDIED = [
    _query("q", "what to count, up to twenty", {"type": "array", "items": _TEXT, "maxItems": 20}),
    _query("periods", "instead of single years: 2015-2018,2019-2022", _TEXT),
    *_NARROWED,
]
_NAME = [
    {"name": "name", "in": "path", "required": True, "schema": {"enum": ["by", "pairs", "terms"]}},
]
_SHEET = [
    {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{22}$"}}
]
_COLLECTION = [
    {"name": "key", "in": "path", "required": True, "schema": {"type": "string", "pattern": "^[1-9][0-9]{0,5}$"}}
]
_REPORT = {"name": "id", "in": "path", "required": True, "description": "the start of a report's id"}
_NUMBER = {"name": "number", "in": "path", "required": True, "description": "a page of the PDF, from 1"}
_ONE = [{**_REPORT, "schema": _ID}]
_KNOWN = [_query("hidden", "known: also serve a file with hidden text", {"enum": ["known"]})]
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


def _get(description: str, kind: str, schema: Schema, parameters: list[Schema], *refusals: int) -> Schema:
    wrong = "application/json" if kind == "application/json" else "text/html"
    wrong_schema = _ERROR if wrong == "application/json" else _TEXT
    answers: Schema = {"200": {"description": description, "content": {kind: {"schema": schema}}}}
    for status in refusals:
        said = {400: "a parameter or the query is invalid", 404: "not found", 503: "not available at the moment"}[
            status
        ]
        answers[str(status)] = {"description": said, "content": {wrong: {"schema": wrong_schema}}}
    return {"get": {"summary": description, "parameters": parameters, "responses": answers}}


_JSON, _HTML = "application/json", "text/html"
_RIS = "application/x-research-info-systems"
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FOUND = _object("version", "query", "generation", "coverage", "total", "hits", "facets")

PATHS: dict[str, Schema] = {
    "/": _get("the search page", _HTML, _TEXT, [*_ASKED, *_PAGED], 400, 503),
    "/search.json": _get("search results", _JSON, _FOUND, [*_ASKED, *_PAGED, _PASSAGES], 400, 503),
    "/search.csv": _get("every mention in the results", "text/csv", _TEXT, _ASKED, 400, 503),
    "/search.xlsx": _get("the same as a workbook", _XLSX, _TEXT, _ASKED, 400, 503),
    "/search.ris": _get("the reports in the results, for reference managers", _RIS, _TEXT, _ASKED, 400, 503),
    "/search.atom": _get("a feed of the results", "application/atom+xml", _TEXT, _ASKED, 400, 503),
    "/suggestions": _get("themes, boards and words for what was typed", _HTML, _TEXT, [*_ASKED, *_PAGED], 400, 503),
    "/suggestions.json": _get("the same", _JSON, _object("suggestions"), [_ASKED[0]], 400, 503),
    "/reports.json": _get("all reports", _JSON, _object("reports"), [], 503),
    "/reports/{id}": _get("a report", _HTML, _TEXT, [*_ONE, *_ASKED], 400, 404, 503),
    "/reports/{id}.json": _get(
        "a report", _JSON, _object("report", "pages", "paragraphs", "hit"), [*_ONE, *_ASKED], 400, 404, 503
    ),
    "/reports/{id}.ris": _get(
        "a report or one of its paragraphs, for reference managers",
        _RIS,
        _TEXT,
        [*_ONE, _query("paragraph", "its ordinal", {"type": "integer", "minimum": 0, "maximum": 9_999_999})],
        400,
        404,
        503,
    ),
    "/reports/{id}.bib": _get(
        "a report or one of its paragraphs, in BibTeX",
        "application/x-bibtex",
        _TEXT,
        [*_ONE, _query("paragraph", "its ordinal", {"type": "integer", "minimum": 0, "maximum": 9_999_999})],
        400,
        404,
        503,
    ),
    "/reports/{id}/file.pdf": _get("the PDF", "application/pdf", _TEXT, [*_ONE, *_KNOWN], 400, 404, 503),
    "/reports/{id}/pages/{number}": _get(
        "the part of a report that a page is in",
        _HTML,
        _TEXT,
        [*_PAGE, *_ASKED, _query("mention", "the number of the current mention", {"type": "integer"})],
        400,
        404,
        503,
    ),
    "/reports/{id}/pages/{number}.json": _get(
        "a page", _JSON, _object("report", "pages", "paragraphs", "mentions"), [*_PAGE, *_ASKED], 400, 404, 503
    ),
    "/reports/{id}/pages/{number}/picture.png": _get(
        "a picture of a page", "image/png", _TEXT, [*_PAGE, *_ASKED], 400, 404, 503
    ),
    "/recommendations": _get("recommendations and findings", _HTML, _TEXT, [*_ASKED, *_ITEMS], 400, 503),
    "/recommendations.json": _get(
        "recommendations and findings", _JSON, _object("items", "more", "coverage"), [*_ASKED, *_ITEMS], 400, 503
    ),
    **{
        f"/recommendations.{form}": _get("all of them in a file", kind, _TEXT, [*_ASKED, _ITEMS[0]], 400, 503)
        for form, kind in (("csv", "text/csv"), ("xlsx", _XLSX), ("docx", _DOCX))
    },
    "/briefing": _get("what the reports say about a theme", _HTML, _TEXT, _BRIEF, 400, 404, 503),
    "/briefing.json": _get(
        "the same", _JSON, _object("theme", "reports", "of", "passages", "recommendations"), _BRIEF, 400, 404, 503
    ),
    "/briefing.docx": _get("the same as a Word document", _DOCX, _TEXT, _BRIEF, 400, 404, 503),
    "/collections": _get("your saved passages", _HTML, _TEXT, [], 503),
    "/collections.json": _get(
        "all your collections", _JSON, _object("format", "version", "open", "collections"), [], 503
    ),
    "/collections/{key}": _get("one collection", _HTML, _TEXT, _COLLECTION, 404, 503),
    "/collections/{key}.json": _get(
        "a collection, as a file for another computer",
        _JSON,
        _object("format", "version", "collections"),
        _COLLECTION,
        404,
        503,
    ),
    "/collections/{key}.csv": _get("a collection as a table", "text/csv", _TEXT, _COLLECTION, 404, 503),
    "/collections/{key}.docx": _get("a collection as a Word document", _DOCX, _TEXT, _COLLECTION, 404, 503),
    "/trends": _get("how many reports mention something", _HTML, _TEXT, _COUNTED, 400, 503),
    "/trends.json": _get("the same", _JSON, _object("queries", "by", "points", "coverage"), _COUNTED, 400, 503),
    "/trends.csv": _get("the same as a table", "text/csv", _TEXT, _COUNTED, 400, 503),
    "/trends.png": _get("the chart as a picture", "image/png", _TEXT, _COUNTED, 400, 503),
    "/trends.svg": _get("the same as a chart", "image/svg+xml", _TEXT, _COUNTED, 400, 503),
    "/concordance": _get("every mention in its context", _HTML, _TEXT, [*_LINES, _PAGED[0]], 400, 503),
    "/concordance.json": _get("the same", _JSON, _object("lines", "more", "coverage"), [*_LINES, _PAGED[0]], 400, 503),
    "/concordance.csv": _get("all of them as a table", "text/csv", _TEXT, _LINES, 400, 503),
    "/terms": _get("words more common where something is mentioned", _HTML, _TEXT, _TYPICAL, 400, 503),
    "/terms.json": _get("the same", _JSON, _object("terms", "coverage"), _TYPICAL, 400, 503),
    "/terms.csv": _get("the same as a table", "text/csv", _TEXT, _TYPICAL, 400, 503),
    "/compare": _get("words that distinguish two groups of reports", _HTML, _TEXT, _COMPARED, 400, 503),
    "/compare.json": _get("the same", _JSON, _object("terms", "coverage"), _COMPARED, 400, 503),
    "/compare.csv": _get("the same as a table", "text/csv", _TEXT, _COMPARED, 400, 503),
    "/study.json": _get(
        "several queries as tidy tables",
        _JSON,
        _object("asked_at", "generation", "coverage", "summary", "by", "pairs", "terms"),
        _STUDIED,
        400,
        503,
    ),
    "/batch": {
        **_get("form for uploading a sheet of queries", _HTML, _TEXT, []),
        "post": {
            "summary": "run a sheet of queries or its record, or with `check` only read it; redirects to its page",
            "requestBody": {
                "required": True,
                "content": {
                    "multipart/form-data": {
                        "schema": {
                            **_object("sheet"),
                            "properties": {
                                "sheet": {"type": "string", "format": "binary"},
                                "check": {"enum": ["", "1"]},
                            },
                        }
                    }
                },
            },
            "responses": {
                "303": {"description": "started"},
                "400": {"description": "no sheet, or one without queries", "content": {_HTML: {"schema": _TEXT}}},
                "413": {"description": "too large", "content": {_HTML: {"schema": _TEXT}}},
                "503": {"description": "too many at once", "content": {_HTML: {"schema": _TEXT}}},
            },
        },
    },
    "/batch/template.xlsx": _get("an example sheet", _XLSX, _TEXT, []),
    "/batch/{id}": {
        **_get("a sheet: what was read, its progress, its counts", _HTML, _TEXT, _SHEET, 404),
        "post": {
            "summary": "run a sheet that was only read; redirects to its page",
            "parameters": _SHEET,
            "responses": {
                "303": {"description": "started, or started before"},
                "404": {"description": "not found", "content": {_HTML: {"schema": _TEXT}}},
                "503": {"description": "too many at once", "content": {_HTML: {"schema": _TEXT}}},
            },
        },
    },
    "/batch/{id}.json": _get(
        "progress of a sheet", _JSON, _object("done", "total", "ready", "error", "read"), _SHEET, 404
    ),
    "/batch/{id}.xlsx": _get("the results of a sheet", _XLSX, _TEXT, _SHEET, 404),
    "/batch/{id}/about.json": _get(
        "the record of a sheet, to repeat it later", _JSON, _object("version", "queries", "reports"), _SHEET, 404
    ),
    "/batch/{id}/{name}.csv": _get("a tidy table of a sheet", "text/csv", _TEXT, [*_SHEET, *_NAME], 404),
    "/themes": _get("the themes", _HTML, _TEXT, [], 503),
    "/themes.json": _get("the themes", _JSON, _object("themes", "problems", "reports"), [], 503),
    "/coverage": _get("what is searched, and what is not", _HTML, _TEXT, _HELD, 400, 503),
    "/coverage.json": _get(
        "what is searched, and what is not",
        _JSON,
        _object("coverage", "unread", "failures", "missing_folders", "not_held"),
        [],
        503,
    ),
    "/sources": _get("boards' websites that reports are collected from", _HTML, _TEXT, [], 503),
    "/sources.json": _get("boards' websites, and what is new this week", _JSON, _object("sources", "added"), [], 503),
    "/added.atom": _get("a feed of this week's reports", "application/atom+xml", _TEXT, [], 503),
    "/help": _get("how to search", _HTML, _TEXT, []),
    "/help.json": _get("how to search", _JSON, _object("groups", "sections"), []),
    "/accessibility": _get("accessibility statement", _HTML, _TEXT, []),
    "/opensearch.xml": _get("OpenSearch description for a browser", "application/opensearchdescription+xml", _TEXT, []),
    "/healthz": _get("the process is running", _JSON, _object("ok"), []),
    "/readyz": _get("searches work", _JSON, _object("ok"), [], 503),
    "/status": _get("the status of the library, for administrators", _HTML, _TEXT, []),
    "/status.json": _get("the same", _JSON, _object("runs", "ready", "coverage", "disk_free_bytes"), []),
    "/metrics": _get("counts and times for Prometheus", "text/plain", _TEXT, []),
    "/version": _get("versions of the program and Python", _JSON, _object("program", "python"), []),
    "/openapi.json": _get("this description", _JSON, _object("openapi", "info", "paths"), []),
}


def refuse_unknown() -> None:
    """Refuse a parameter that a JSON address does not have, because a misspelt filter would silently not filter.

    Raises UsageError.
    """
    template = re.sub(r"<(?:[^<>:]*:)?(\w+)>", r"{\1}", str(request.url_rule or ""))
    described = PATHS.get(template, {}).get("get")
    if described is None or not template.endswith(".json"):
        return
    known = [each["name"] for each in described["parameters"] if each["in"] == "query"]
    for name in request.args:
        if name not in known:
            near = get_close_matches(name, known, 1)
            hint = f"Did you mean `{near[0]}`?" if near else f"The parameters are: {', '.join(known) or 'none'}."
            raise UsageError(f"There is no parameter `{name[:40]}` here. {hint}")


@views.get("/openapi.json")
def openapi() -> Response:
    """Return the OpenAPI description."""
    info = {"title": "Safeguarding reviews", "version": "1", "description": "Search inside safeguarding reviews."}
    return as_json({"openapi": "3.1.0", "info": info, "paths": PATHS})
