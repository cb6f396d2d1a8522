"""A briefing on a theme as a Word document."""

from reviews import citation
from reviews.documents.searched import CHECK, Searched, long_date, today
from reviews.documents.word import WordDocument
from reviews.terminal import briefing as said
from search.analytics.briefing import Briefing


def briefing_document(brief: Briefing, root: str) -> bytes:
    """Return the .docx file. `root` is the address of the first page, "" if there is no page to link to."""
    document = WordDocument(f"Briefing: {brief.theme.name}")
    document.text(f"{long_date(today())}. {said.how_many(brief)} {CHECK}")
    for title, name, points in (("By year", "Year", brief.years), ("By board", "Board", brief.boards)):
        document.heading(title)
        document.table((name, "Mention it", "Reports held"), list(said.point_rows(brief, points)))
    document.text(said.boards_left_out(brief))
    document.heading("Words searched for")
    document.text("; ".join(brief.theme.queries))
    if brief.theme.note:
        document.labelled("Please note:", brief.theme.note)
    document.heading("What findings say")
    if not brief.passages:
        document.text("No findings mention it.")
    for listed in brief.passages:
        passage = listed.passage
        document.quotation(said.quotation(passage))
        document.labelled("Source:", said.source(listed))
        _link(document, root, listed.report.id, passage.page, passage.ordinal)
    document.heading("Recommendations")
    document.text(said.recommendations_left(brief))
    for each in brief.recommendations:
        item = each.item
        document.quotation(item.text)
        if item.addressee:
            document.labelled("For:", item.addressee)
        document.labelled("Source:", citation.citation(each.report, item.page, each.page_label, item.number))
        _link(document, root, each.report.id, item.page, item.first)
    document.heading("Related themes")
    if not brief.related:
        document.text("No related themes stand out.")
    for related in brief.related:
        document.text(said.related_sentence(brief, related), style="List Bullet")
    Searched(brief.coverage, brief.generation, brief.built_at).write(document)
    document.labelled("To repeat it:", said.command(brief))
    return document.to_bytes()


def _link(document: WordDocument, root: str, report: str, page: int, ordinal: int) -> None:
    if root:
        document.link("Passage:", f"{root}reports/{report[:16]}/pages/{page}#p{ordinal}")
    else:
        document.labelled("Report:", report[:16])
