"""A passage is cut around what was searched for, not around the function words of the query."""

from hashlib import sha256
from pathlib import Path

from corpus.files import FileRecord
from corpus.layout import create_library
from corpus.model import Page, Paragraph, Section, SectionKind, Text
from corpus.storage.store import Store
from corpus.themes import Themes
from index import build
from search.answering.snippet import MAX_PASSAGE
from search.searcher import Searcher

SMALL = "The health visitor and the school nurse and the teacher and the doctor met and spoke and wrote and agreed. "
ASKED = "Nobody saw the poverty at home. "


def test_small_words_do_not_decide_where_a_passage_is_cut(tmp_path: Path) -> None:
    settings = create_library(tmp_path / "library")
    long = SMALL * 8 + "They met again. " * 60 + ASKED + "They met again. " * 60
    assert long.index(ASKED) > MAX_PASSAGE, "it has to be cut"
    with Store.open(settings.database) as store:
        for number, paragraph in enumerate([long, *(f"They met and spoke, {n}." for n in range(20))]):
            text = Text(
                id=sha256(paragraph.encode()).hexdigest(),
                pages=(Page(1, "1"),),
                sections=(Section(0, SectionKind.BODY, ""),),
                paragraphs=(Paragraph(0, 1, None, 0, paragraph),),
            )
            store.put(text, FileRecord(f"{number}.pdf", 1, 1, text.id))
        build.build(store, settings.index)
    with Searcher(settings.database, settings.index, Themes((), ())) as searcher:
        (hit,) = searcher.search("nobody and poverty").hits
        (only,) = searcher.search("and", limit=1).hits
    (passage,) = hit.passages
    assert ASKED.strip() in passage.text
    marked = [passage.text[start:end] for start, end in passage.highlights]
    assert "and" in marked or "and" not in passage.text.split(), "what is shown of the small words is marked too"
    assert {"Nobody", "poverty"} <= set(marked)
    assert SMALL.strip() in only.passages[0].text, "asked alone, they are what was asked for"
