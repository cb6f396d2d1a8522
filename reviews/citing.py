"""How a report, a page or a paragraph is cited: as a sentence, and as RIS for reference managers."""

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


def of_passage(report: Mapping[str, Any], passage: Passage) -> str:
    """The sentence that cites a passage."""
    return citation(report, passage.page, passage.page_label, passage.paragraph)


def _one_line(value: object) -> str:
    """RIS knows lines only: a line break in a value would begin a field of the file's own making."""
    return " ".join("".join(c if c.isprintable() else " " for c in str(value)).split())
