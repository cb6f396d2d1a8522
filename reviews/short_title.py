"""The short form of a long title, for lists and citations."""

from corpus.report import Report

LONG = 100
"""A title with more characters than this has a short form."""


def short_title(report: Report) -> str:
    """The title; of a long one, what it is: `Fernshire, Child Robin, overview report, 2022`.

    Where too little is known of the report, the beginning of its title.
    """
    title = str(report.title).strip()
    if len(title) <= LONG:
        return title
    known = [str(each) for each in (report.area or report.board, report.child, report.kind, report.year) if each]
    if len(known) >= 3:
        return ", ".join(known)
    return title[: LONG - 1].rsplit(" ", 1)[0].rstrip(" ,;:–-") + "…"
