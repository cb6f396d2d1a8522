"""Shorten long titles for lists and citations."""

from corpus.report import Report

LONG = 100
"""The number of characters above which a title is shortened."""


def short_title(report: Report) -> str:
    """Return the title or, if it is long, a description: `Fernshire, Child Robin, overview report, 2022`.

    If too little is known about the report, return the beginning of its title.
    """
    title = str(report.title).strip()
    if len(title) <= LONG:
        return title
    known = [str(each) for each in (report.area or report.board, report.child, report.kind, report.year) if each]
    if len(known) >= 3:
        return ", ".join(known)
    return title[: LONG - 1].rsplit(" ", 1)[0].rstrip(" ,;:–-") + "…"
