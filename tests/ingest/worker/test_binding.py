"""PDFium is queried about many things in one call, however many there are."""

from typing import Any

from ingest.worker.pdfium import documents, objects, textpage
from ingest.worker.pdfium.binding import all_prepared

MANY = 1_203  # more than fit at once


def test_the_rectangles_of_many_objects_are_in_the_order_of_the_objects(press: Any) -> None:
    data = press.pdf([], before="".join(f"{n % 500} {n // 500} 1 2 re f " for n in range(MANY)))
    with documents.opened(data) as book:
        page = documents.load_page(book, 0)
        things = all_prepared(objects.objects_of(page, 9_999))
        boxes = objects.bounds_of(things)
        assert [(round(box[0]), round(box[1])) for box in boxes] == [(n % 500, n // 500) for n in range(MANY)]
        assert len(objects.fill_colours(things)) == MANY
        assert len(objects.objects_of(page, 7)) == 7
        documents.close_page(page)


def test_many_letters_are_measured_as_one_is(press: Any) -> None:
    data = press.pdf([press.word("Child Wren was seen twice. " * 3, 72, 700 - 12 * n, 9) for n in range(30)])
    with documents.opened(data) as book:
        page = documents.load_page(book, 0)
        text = textpage.load_text(page)
        assert text is not None
        places = range(textpage.count_letters(text))
        assert len(places) > MANY
        assert textpage.letter_boxes(text, places) == [textpage.letter_box(text, place) for place in places]
        assert textpage.origins(text, places) == [textpage.origin(text, place) for place in places]
        textpage.close_text(text)
        documents.close_page(page)


def test_the_pieces_of_many_lines_are_those_of_each_line(press: Any) -> None:
    words = [press.word("piece", 20 + 25 * n, 700 - 12 * line, 9) for line in range(30) for n in range(20)]
    with documents.opened(press.pdf(words)) as book:
        page = documents.load_page(book, 0)
        text = textpage.load_text(page)
        assert text is not None
        count = textpage.count_letters(text)
        starts = range(0, count, 50)
        ends = [min(count, start + 120) - 1 for start in starts]
        alone = [list(textpage.rectangles(text, a, b - a + 1, 200)) for a, b in zip(starts, ends, strict=True)]
        assert sum(map(len, alone)) > 500
        together = list(textpage.pieces(text, starts, ends))
        assert together == [boxes if len(boxes) > 1 else [] for boxes in alone]
        textpage.close_text(text)
        documents.close_page(page)
