"""From the output of OCR to lines, and whether they replace other text."""

from corpus.model import AsideRole, Scan, ScanLine
from ingest.structure import ocr_lines
from ingest.structure.page import Line, RawPage

HEAD = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext"
SENTENCE = "The nurse said that it was not the first time and that the child had been seen by all of them."
GARBAGE = "Tbe nnrse saicl tbat lt vvas nct tbe fivst tlme anb tbat tbe cbilb hab beem seem bv ali cf tbem."


def table(*words: tuple[str, int, int, int, float]) -> str:
    """Return Tesseract's table: text, line, left, top and confidence of words that are 40 pixels high."""
    rows = [
        f"5\t1\t1\t1\t{line}\t{at}\t{left}\t{top}\t{20 * len(text)}\t{40}\t{sure}\t{text}"
        for at, (text, line, left, top, sure) in enumerate(words)
    ]
    return "\n".join([HEAD, "4\t1\t1\t1\t1\t0\t0\t0\t9\t9\t-1\t", *rows, "rubbish", ""])


def scan(text: str, confidence: float = 90.0, **more: int) -> Scan:
    return Scan(1, "eng", "tesseract 5", confidence, 2000, more.get("turned", 0), (ScanLine(text, 0, 1000, 50, 40),))


def page(text: str = "") -> RawPage:
    lines = [Line(text, 0, 300, 20, 10)] if text else []
    return RawPage(1, "1", 600, 800, lines, unread=None if text else "no_text", reader="pdfium" if text else None)


def test_words_become_lines_with_places_and_gaps() -> None:
    said = table(
        ("Child", 1, 100, 200, 90), ("Wren", 1, 210, 200, 80), ("seen", 1, 900, 200, 85), ("no", 2, 100, 260, 70)
    )
    confidence, lines = ocr_lines.from_table(said)
    assert [line.text for line in lines] == ["Child Wren seen", "no"]
    assert lines[0].gaps == (11,)
    assert (lines[0].left, lines[0].right, lines[0].baseline) == (100, 980, 240)
    assert lines[0].size == lines[1].size
    assert 80 < confidence < 90


def test_a_page_with_only_an_unreliable_word_is_not_empty() -> None:
    """The page may be on its side, so it is worth turning."""
    assert ocr_lines.empty(table())
    assert not ocr_lines.empty(table(("~~", 0, 9, 9, 3.0)))


def test_symbols_are_not_text_and_noise_is_marked_as_illegible() -> None:
    said = table(("~|", 1, 0, 0, 95), ("Wrxzqk", 2, 0, 90, 12), ("Wren", 3, 0, 180, 90))
    confidence, lines = ocr_lines.from_table(said)
    assert [(line.text, line.legible) for line in lines] == [("Wrxzqk", False), ("Wren", True)]
    assert confidence < 60, "what can hardly be read counts"
    assert ocr_lines.from_table(HEAD) == (0.0, ())


def test_a_line_that_can_hardly_be_read_is_shown_and_not_searched() -> None:
    lines = (ScanLine("Wren was seen.", 0, 1000, 50, 40), ScanLine("Wrxzqk", 0, 400, 150, 40, (), False))
    unread = page()
    ocr_lines.take(unread, Scan(1, "eng", "tesseract 5", 70.0, 2000, 0, lines))
    assert [(line.text, line.role) for line in unread.lines] == [
        ("Wren was seen.", None),
        ("Wrxzqk", AsideRole.ILLEGIBLE),
    ]


def test_a_page_on_its_side_has_upright_words() -> None:
    upright = table(("Child", 1, 0, 0, 90), ("seen", 1, 110, 0, 90))
    standing = upright.replace("\t100\t40\t", "\t40\t100\t").replace("\t80\t40\t", "\t40\t80\t")
    assert not ocr_lines.sideways(upright)
    assert ocr_lines.sideways(standing)


def test_lines_are_placed_by_the_width_of_the_page() -> None:
    (line,) = ocr_lines.as_lines(scan("a word that is safe-"), 600)
    assert (line.x1, line.y, line.size) == (300, 15, 12)
    assert (line.text, line.hyphen) == ("a word that is safe", True)


def test_ocr_reads_a_page_without_text_and_says_how_sure_it_is() -> None:
    blank = page()
    ocr_lines.take(blank, scan(SENTENCE, 42.0))
    assert (blank.reader, blank.unread, blank.confidence, blank.lines[0].text) == ("ocr", None, 42.0, SENTENCE)


def test_of_a_bad_old_layer_and_ocr_the_one_with_words_is_kept() -> None:
    assert ocr_lines.doubtful(GARBAGE)
    assert not ocr_lines.doubtful(SENTENCE)
    for text, read, confidence, kept in (
        (GARBAGE, SENTENCE, 90.0, "ocr"),
        ("Page 3", SENTENCE, 90.0, "ocr"),
        (SENTENCE, GARBAGE, 90.0, "pdfium"),
        (SENTENCE, SENTENCE, 99.0, "pdfium"),
        (GARBAGE, SENTENCE, 40.0, "pdfium"),
    ):
        layered = page(text)
        ocr_lines.take(layered, scan(read, confidence))
        assert layered.reader == kept, (text[:10], read[:10], confidence)


def test_a_few_words_are_never_doubtful() -> None:
    assert not ocr_lines.doubtful("Fig. 3 Ysbyty Gwynedd 2014")


def test_a_page_that_was_turned_to_be_read_has_its_sides_changed() -> None:
    turned = page()
    ocr_lines.take(turned, scan(SENTENCE, turned=90))
    assert (turned.width, turned.height) == (800, 600)
