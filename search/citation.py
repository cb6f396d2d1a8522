"""Cite a report, page or paragraph as a sentence."""

import re

from corpus.report import Report

_PLAIN = re.compile(r"[0-9]{1,4}|(?=[ivx])x{0,3}(?:ix|iv|v?i{0,3})|(?=[IVX])X{0,3}(?:IX|IV|V?I{0,3})")


def citation(
    report: Report,
    page: int | None = None,
    label: str | None = None,
    paragraph: str | None = None,
    page_end: int | None = None,
) -> str:
    """Return `Fernshire Safeguarding Children Partnership (2022) Child Robin, overview report, page 14, paragraph
    4.3.2.`

    `label` is the label of the page in the PDF, which is added if it is a page number and differs from `page`.
    `page_end` is the page on which a quotation ends.
    """
    who = report.board or report.author
    year = f"({report.year})" if report.year else "(no date)"
    title = str(report.title).strip().rstrip(".")
    parts = [f"{who} {year} {title}" if who else f"{title} {year}"]
    kind = report.kind
    if kind and kind.casefold() not in title.casefold():
        parts.append(str(kind))
    if page is not None:
        parts.append(place(page, label, paragraph, page_end))
    return ", ".join(parts) + "."


def place(page: int, label: str | None = None, paragraph: str | None = None, page_end: int | None = None) -> str:
    """Return `page 7 (printed v), paragraph 4.3.2` or `page 8, Recommendation 1`, for example."""
    text = f"page {page}"
    if page_end is not None and page_end > page:
        text = f"pages {page} {'and' if page_end == page + 1 else 'to'} {page_end}"
    if shown := printed(label, page):
        text += f" (printed {shown})"
    if not paragraph:
        return text
    return f"{text}, {paragraph if paragraph[0].isalpha() and len(paragraph) > 4 else f'paragraph {paragraph}'}"


def printed(label: str | None, page: int) -> str:
    """Return the label of a page if it can be called its printed number and differs from `page`, or "".

    Publishers' software also writes other labels into a PDF, such as "ifcb", which nobody can find on the page. Only
    arabic numbers and roman ones up to xxxix are taken for printed numbers.
    """
    if not label or not _PLAIN.fullmatch(label) or (label.isdigit() and int(label) == page):
        return ""
    return label
