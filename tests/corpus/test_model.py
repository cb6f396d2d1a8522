"""A paragraph knows which pages it is on."""

from corpus.model import Paragraph


def test_a_paragraph_ends_on_the_page_of_its_last_page_break() -> None:
    short = Paragraph(0, page=3, number=None, section=0, text="Nobody asked.")
    long = Paragraph(1, page=3, number="2.1", section=0, text="2.1 Nobody asked Robin.", turns=((4, 4), (11, 6)))
    assert (short.last_page, long.last_page) == (3, 6)
    assert [page for page in range(1, 9) if short.is_on(page)] == [3]
    assert [page for page in range(1, 9) if long.is_on(page)] == [3, 4, 5, 6]
