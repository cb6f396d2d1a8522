"""Export a study as a REFI-QDA project (.qdpx) and codebook (.qdc), which NVivo, ATLAS.ti and MAXQDA open.

The format is REFI-QDA 1.5 (https://www.qdasoftware.org): a ZIP archive with `project.qde` and the texts of the sources.
A code is a query or a theme, and a coded segment is a mention of it. Positions count characters (code points) of the
source text from 0. Names, positions and ids are the same in every export of the same answers.
"""

from __future__ import annotations

import uuid
import xml.etree.ElementTree as ElementTree
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.disk.atomic import beside
from corpus.model import Text
from corpus.report import Report
from search.batch.study import Study
from search.tables.cell_text import NOT_XML

_PROJECT, _CODEBOOK = "urn:QDA-XML:project:1.0", "urn:QDA-XML:codebook:1.0"
_SPACE = uuid.UUID("6f1f4f2c-7f7b-5d39-9a35-6b8ac1d7c9a4")  # namespace of the ids that this program creates
_LONGEST = 200  # letters in the name of a code
_BETWEEN = "\n\n"  # two paragraphs
_WHEN = (1980, 1, 1, 0, 0, 0)  # date of the files in the archive, so that the same project gives the same file
_VARIABLES = ("board", "area", "child", "case", "kind", "type", "year", "year_source", "file")


@dataclass(frozen=True, slots=True)
class Segment:
    """A mention: its paragraph in a report, and its characters there (end exclusive)."""

    code: str
    report: str
    ordinal: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Code:
    """A code. `id` is the query's id, `name` is the displayed name, and `note` describes the query."""

    id: str
    name: str
    note: str


def codes_of(study: Study) -> list[Code]:
    """Return a code for each query of a study, named by its id and the query."""
    answers = study.about.answers
    return [
        Code(
            each.question.id,
            f"{each.question.id}: {each.question.query}"[:_LONGEST],
            f"{each.parsed} {each.filters}".strip(),
        )
        for each in answers
    ]


def segments_of(study: Study) -> dict[str, list[Segment]]:
    """Return every mention of a study, by the full id of its report, in text order."""
    found: dict[str, list[Segment]] = {}
    for row in study.mentions:
        segment = Segment(row["id"], row["report"], row["ordinal"], row["start"], row["end"])
        found.setdefault(row["report"], []).append(segment)
    return {
        report: sorted(found[report], key=lambda each: (each.ordinal, each.start, each.end, each.code))
        for report in sorted(found)
    }


def write_project(
    out: Path,
    name: str,
    when: str,
    codes: Sequence[Code],
    sources: Iterable[tuple[Report, Text]],
    segments: Mapping[str, Sequence[Segment]],
) -> None:
    """Write a .qdpx file. `when` is UTC, ISO 8601. `segments` is keyed by the full id of the report."""
    root = ElementTree.Element(
        "Project", {"xmlns": _PROJECT, "name": name, "origin": "safeguarding-reviews", "creationDateTime": when}
    )
    user = _guid("user", "safeguarding-reviews")
    root.set("creatingUserGUID", user)
    ElementTree.SubElement(
        ElementTree.SubElement(root, "Users"), "User", {"guid": user, "name": "safeguarding-reviews"}
    )
    root.append(_codebook(codes))
    variables = ElementTree.SubElement(root, "Variables")
    for variable in _VARIABLES:
        kind = "Integer" if variable == "year" else "Text"
        ElementTree.SubElement(
            variables, "Variable", {"guid": _guid("variable", variable), "name": variable, "typeOfVariable": kind}
        )
    held = ElementTree.SubElement(root, "Sources")
    with beside(out) as fresh, zipfile.ZipFile(fresh, "w", zipfile.ZIP_DEFLATED) as archive:
        for report, text in sources:
            guid = _guid("source", report.id)
            plain, starts = plain_text(text)
            held.append(_source(report, guid, plain, starts, segments.get(report.id, ()), user, when))
            _put(archive, f"sources/{guid}.txt", plain.encode("utf-8", "replace"))
        _put(archive, "project.qde", _xml(root))


def write_codebook(out: Path, codes: Sequence[Code]) -> None:
    """Write a .qdc file, which has the codes without any text."""
    root = ElementTree.Element("CodeBook", {"xmlns": _CODEBOOK, "origin": "safeguarding-reviews"})
    root.extend(_codebook(codes))
    with beside(out) as fresh:
        fresh.write_bytes(_xml(root))


def plain_text(text: Text) -> tuple[str, list[int]]:
    """Return the text of a source, and the offset at which each paragraph begins, by ordinal."""
    parts, starts, at = [], [], 0
    for paragraph in text.paragraphs:
        said = _readable(paragraph.text)
        starts.append(at)
        parts.append(said)
        at += len(said) + len(_BETWEEN)
    return _BETWEEN.join(parts), starts


def _source(
    report: Report, guid: str, plain: str, starts: Sequence[int], segments: Sequence[Segment], user: str, when: str
) -> ElementTree.Element:
    source = ElementTree.Element(
        "TextSource", {"guid": guid, "name": _readable(report.title), "plainTextPath": f"internal://{guid}.txt"}
    )
    ElementTree.SubElement(source, "Description").text = f"SHA-256 {report.id}"
    made = {"creatingUser": user, "creationDateTime": when}
    for number, each in enumerate(segments):
        first, last = starts[each.ordinal] + each.start, starts[each.ordinal] + each.end
        key = f"{report.id}:{each.ordinal}:{each.start}:{each.code}:{number}"
        selection = ElementTree.SubElement(
            source,
            "PlainTextSelection",
            {
                "guid": _guid("selection", key),
                "name": plain[first:last][:80],
                "startPosition": str(first),
                "endPosition": str(last),
                **made,
            },
        )
        coding = ElementTree.SubElement(selection, "Coding", {"guid": _guid("coding", key), **made})
        ElementTree.SubElement(coding, "CodeRef", {"targetGUID": _guid("code", each.code)})
    for variable in _VARIABLES:
        value = getattr(report, variable)
        if value is not None:
            cell = ElementTree.SubElement(source, "VariableValue")
            ElementTree.SubElement(cell, "VariableRef", {"targetGUID": _guid("variable", variable)})
            kind = "IntegerValue" if variable == "year" else "TextValue"
            ElementTree.SubElement(cell, kind).text = _readable(str(value))
    return source


def _codebook(codes: Sequence[Code]) -> ElementTree.Element:
    book = ElementTree.Element("CodeBook")
    held = ElementTree.SubElement(book, "Codes")
    for code in codes:
        attributes = {"guid": _guid("code", code.id), "name": _readable(code.name), "isCodable": "true"}
        each = ElementTree.SubElement(held, "Code", attributes)
        if code.note:
            ElementTree.SubElement(each, "Description").text = _readable(code.note)
    return book


def _guid(kind: str, name: str) -> str:
    return str(uuid.uuid5(_SPACE, f"{kind}:{name}"))


def _readable(text: str) -> str:
    """Replace characters that XML cannot contain. The length of the text stays the same."""
    return NOT_XML.sub(" ", text)


def _xml(root: ElementTree.Element) -> bytes:
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))


def _put(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    info = zipfile.ZipInfo(name, _WHEN)
    info.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(info, data)
