"""Cite a report, page or paragraph as a sentence."""

from corpus.report import Report


def citation(report: Report, page: int | None = None, label: str | None = None, paragraph: str | None = None) -> str:
    """Return `Fernshire Safeguarding Children Partnership (2022) Child Robin, overview report, page 14, paragraph
    4.3.2.`

    `label` is the number printed on the page, which is added if it differs from `page`.
    """
    who = report.board or report.author
    year = f"({report.year})" if report.year else "(no date)"
    title = str(report.title).strip().rstrip(".")
    parts = [f"{who} {year} {title}" if who else f"{title} {year}"]
    kind = report.kind
    if kind and kind.casefold() not in title.casefold():
        parts.append(str(kind))
    if page is not None:
        parts.append(place(page, label, paragraph))
    return ", ".join(parts) + "."


def place(page: int, label: str | None = None, paragraph: str | None = None, page_end: int | None = None) -> str:
    """Return `page 7 (printed v), paragraph 4.3.2` or `page 8, Recommendation 1`, for example."""
    text = f"pages {page} and {page_end}" if page_end not in (None, page) else f"page {page}"
    if label and label != str(page):
        text += f" (printed {label})"
    if not paragraph:
        return text
    return f"{text}, {paragraph if paragraph[0].isalpha() and len(paragraph) > 4 else f'paragraph {paragraph}'}"
