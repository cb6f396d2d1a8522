"""How a report, a page or a paragraph is cited: as a sentence, and as RIS and BibTeX for reference managers."""

from collections.abc import Mapping
from typing import Any

from search.results import Passage


def citation(
    report: Mapping[str, Any], page: int | None = None, label: str | None = None, paragraph: str | None = None
) -> str:
    """`Fernshire Safeguarding Children Partnership (2022) Child Robin, overview report, page 14, paragraph 4.3.2.`

    report: as `Report.to_dict` describes it. label: as printed on the page, told where it is not the page's number.
    """
    who = report["board"] or report["author"]
    year = f"({report['year']})" if report["year"] else "(no date)"
    title = str(report["title"]).strip().rstrip(".")
    parts = [f"{who} {year} {title}" if who else f"{title} {year}"]
    kind = report["kind"]
    if kind and kind.casefold() not in title.casefold():
        parts.append(str(kind))
    if page is not None:
        parts.append(place(page, label, paragraph))
    return ", ".join(parts) + "."


def place(page: int, label: str | None = None, paragraph: str | None = None, page_end: int | None = None) -> str:
    """`page 7 (printed v), paragraph 4.3.2`, `page 8, Recommendation 1`."""
    said = f"pages {page} and {page_end}" if page_end not in (None, page) else f"page {page}"
    if label and label != str(page):
        said += f" (printed {label})"
    if not paragraph:
        return said
    return f"{said}, {paragraph if paragraph[0].isalpha() and len(paragraph) > 4 else f'paragraph {paragraph}'}"


def ris(report: Mapping[str, Any], place: str | None = None, quotation: str | None = None) -> str:
    """One record of a reference manager's file. Lines end as RIS wants them."""
    fields = [
        ("TY", "RPRT"),
        ("TI", report["title"]),
        ("AU", report["author"]),
        ("PB", report["board"]),
        ("PY", report["year"]),
        ("DA", (report["published"] or "").replace("-", "/")),
        ("M3", report["type"] or report["kind"]),
        ("SP", place),
        ("N1", quotation),
        ("ID", report["id"][:16]),
    ]
    lines = [f"{tag}  - {_one_line(value)}" for tag, value in fields if value not in (None, "")]
    return "\r\n".join([*lines, "ER  - ", "", ""])


def bibtex(report: Mapping[str, Any]) -> str:
    """One entry of a BibTeX file. Its key is the beginning of the report's id, so it never changes."""
    published = str(report["published"] or "")
    fields = [
        ("title", report["title"]),
        ("author", report["author"]),
        ("institution", report["board"]),
        ("year", report["year"]),
        ("date", published),
        ("type", report["type"] or report["kind"]),
        ("note", f"SHA-256 {report['id']}"),
    ]
    lines = [f"  {name} = {{{_tex(value)}}}," for name, value in fields if value not in (None, "")]
    return "\n".join([f"@techreport{{sha{report['id'][:12]},", *lines, "}", "", ""])


def _tex(value: object) -> str:
    """Braces and backslashes would begin or end something; the rest of what TeX minds is escaped."""
    said = _one_line(value).replace("\\", "/").replace("{", "(").replace("}", ")")
    return "".join(f"\\{c}" if c in "&%$#_" else c for c in said)


def of_passage(report: Mapping[str, Any], passage: Passage) -> str:
    """The sentence that cites a passage."""
    return citation(report, passage.page, passage.page_label, passage.paragraph)


def _one_line(value: object) -> str:
    """RIS knows lines only: a line break in a value would begin a field of the file's own making."""
    return " ".join("".join(c if c.isprintable() else " " for c in str(value)).split())
