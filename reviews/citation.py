"""Cite a report, page or paragraph as a sentence, or as RIS and BibTeX for reference managers."""

from datetime import date, datetime

from corpus.report import Report
from reviews.author_names import Author, authors
from search.citation import citation, place, printed
from search.results import Passage

__all__ = ["bibtex", "citation", "harvard", "linked", "of_passage", "place", "printed", "ris"]


def linked(sentence: str, report: Report, link: str, *, today: date | None = None) -> str:
    """Return a citation with the report's own web address, or else a link to these pages, and the date of access.

    `link` is "" if these pages have no address that others can open.
    """
    address = report.url or link
    return f"{sentence} {_one_line(address)} (accessed {_day(report, today)})." if address else sentence


def harvard(
    report: Report,
    link: str,
    page: int | None = None,
    paragraph: str | None = None,
    page_end: int | None = None,
    *,
    today: date | None = None,
) -> str:
    """Return a reference in Harvard style.

    For example, `Fernshire Safeguarding Children Partnership (2022) Child Robin, p. 6, para. 5.1.1. Available at:
    https://… (Accessed: 3 July 2026).`
    """
    who = report.board or report.author
    title, year = str(report.title).strip().rstrip("."), report.year or "no date"
    text = f"{who} ({year}) {title}" if who else f"{title} ({year})"
    if page is not None:
        text += f", pp. {page}–{page_end}" if page_end is not None and page_end > page else f", p. {page}"
    if page is not None and paragraph:
        text += f", {paragraph if paragraph[0].isalpha() and len(paragraph) > 4 else f'para. {paragraph}'}"
    address = report.url or link
    return f"{text}." + (f" Available at: {_one_line(address)} (Accessed: {_day(report, today)})." if address else "")


def _day(report: Report, today: date | None) -> str:
    """Return the day on which the web address was opened, which is in the catalogue for the report's own, and otherwise
    today.
    """
    known = report.accessed if report.url else None
    try:
        day = date.fromisoformat(known or "")
    except ValueError:
        if known:
            return known
        day = today or datetime.now().astimezone().date()
    return f"{day.day} {day:%B %Y}"


def ris(report: Report, place: str | None = None, quotation: str | None = None, *, today: date | None = None) -> str:
    """Return a RIS record, with the line ends that RIS requires.

    `today` is the date of access if the catalogue has a web address but no date of access.
    """
    fields = [
        ("TY", "RPRT"),
        ("TI", report.title),
        *(("AU", author) for author in _authors(report)),
        ("PB", report.board),
        ("PY", report.year),
        ("DA", (report.published or "").replace("-", "/")),
        ("M3", report.type or report.kind),
        ("SP", place),
        ("UR", report.url),
        ("Y2", _accessed(report, today).replace("-", "/")),
        ("LA", report.language),
        ("N1", quotation),
        ("AN", report.id),
        ("ID", report.id[:16]),
    ]
    lines = [f"{tag}  - {_one_line(value)}" for tag, value in fields if value not in (None, "")]
    return "\r\n".join([*lines, "ER  - ", "", ""])


def bibtex(report: Report, place: str | None = None, *, today: date | None = None) -> str:
    """Return a BibTeX entry.

    Its key is the start of the report's id, so it never changes. For `today`, see `ris`.
    """
    fields = [
        ("title", _tex(report.title)),
        ("author", " and ".join(map(_tex_author, _authors(report)))),
        ("institution", _tex(report.board)),
        ("publisher", _tex(report.board)),
        ("year", _tex(report.year)),
        ("date", _tex(report.published)),
        ("type", _tex(report.type or report.kind)),
        ("url", _tex_address(report.url)),
        ("urldate", _tex(_accessed(report, today))),
        ("language", _tex(report.language)),
        ("note", (f"{_tex(place)}; " if place else "") + f"SHA-256 {report.id}"),
    ]
    lines = [f"  {name} = {{{value}}}," for name, value in fields if value]
    return "\n".join([f"@techreport{{sha{report.id[:12]},", *lines, "}", "", ""])


def _authors(report: Report) -> list[Author]:
    """Return the authors or, for a report without any, the board that published it."""
    return authors(report.author) or ([Author(report.board, is_body=True)] if report.board else [])


def _accessed(report: Report, today: date | None) -> str:
    if not report.url:
        return ""
    return report.accessed or (today or datetime.now().astimezone().date()).isoformat()


def _tex_author(author: Author) -> str:
    """Return an author for BibTeX. Braces keep the name of an organisation together."""
    if author.is_body:
        return f"{{{_tex(author.last)}}}"
    return _tex(str(author))


def _tex_address(address: object) -> str:
    """Return a web address for BibTeX. Characters that could end the field are percent-encoded."""
    return _one_line(address or "").translate({ord(c): f"%{ord(c):02X}" for c in "{}\\ "})


def _tex(value: object) -> str:
    """Return text for BibTeX. Braces and backslashes are replaced; other special characters are escaped."""
    text = _one_line("" if value is None else value).replace("\\", "/").replace("{", "(").replace("}", ")")
    return "".join(f"\\{c}" if c in "&%$#_" else c for c in text)


def of_passage(report: Report, passage: Passage) -> str:
    """Return the citation of a passage as a sentence."""
    return citation(report, passage.page, passage.page_label, passage.paragraph, passage.page_end)


def _one_line(value: object) -> str:
    """Return text on one line. In RIS, a line break in a value would start another field."""
    return " ".join("".join(c if c.isprintable() else " " for c in str(value)).split())
