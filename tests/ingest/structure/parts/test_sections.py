"""Which section of a report a heading opens, and where that section ends."""

import pytest

from corpus.model import SectionKind
from ingest.structure.draft import Draft
from ingest.structure.page import Line
from ingest.structure.parts import section_kinds, sections


def draft(text: str, size: float = 11, bold: bool = False) -> Draft:
    made = Draft([Line(text, 72, 500, 100, size, bold, bold)], [2])
    made.text, made.space_above = text, True
    return made


PROSE = "The child was seen by many people, and each of them wrote down what they saw on that day."


@pytest.mark.parametrize(
    "heading",
    [
        "Recommendations",
        "What needs to improve?",
        "Areas for priority action",
        "Priorities for further improvement",
        "Questions for the Board",
        "Questions for the Avonshire Safeguarding Partnership",
        "Issues for partners",
        "Priority actions",
        "Opportunities for improvement",
        "Considerations for the LSCB",
        "Challenges for the Board",
        "Actions required",
        "Suggested actions",
    ],
)
def test_headings_that_have_recommendations_below_them(heading: str) -> None:
    assert section_kinds.kind_of(heading) is SectionKind.RECOMMENDATIONS


def kinds(*drafts: tuple[Draft, str | None]) -> list[SectionKind]:
    given = [part for heading in drafts for part in (heading, (draft(PROSE), None))]
    found, _, _ = sections.divide([each for each, _ in given], [number for _, number in given], (), 11)
    return [section.kind for section in found]


def test_a_large_introduction_does_not_swallow_the_chapters_that_are_set_smaller() -> None:
    chapters = [(draft(f"Chapter of the {bird}", 16, True), None) for bird in ("wren", "lark", "dove")]
    assert kinds((draft("Introduction", 24, True), None), *chapters) == [
        SectionKind.INTRODUCTION,
        *[SectionKind.BODY] * 3,
    ]


def test_smaller_headings_belong_to_a_chapter_if_chapters_look_the_same() -> None:
    found = kinds(
        (draft("Analysis", 18, True), None),
        (draft("The hospital", 14, True), None),
        (draft("Recommendations", 18, True), None),
        (draft("The police", 14, True), None),
    )
    assert found == [SectionKind.ANALYSIS] * 2 + [SectionKind.RECOMMENDATIONS] * 2


@pytest.mark.parametrize("heading", ["The police", "For the safeguarding partnership", "For all agencies"])
def test_a_heading_that_only_names_a_body_belongs_to_the_recommendations_above_it(heading: str) -> None:
    found = kinds((draft("Recommendations", 18, True), None), (draft(heading, 12, True), None))
    assert found == [SectionKind.RECOMMENDATIONS] * 2
    for above, below, number in (
        ("Introduction", heading, None),
        ("Recommendations", "What became of the child", None),
        ("Recommendations", f"5 {heading}", "5"),
    ):
        assert kinds((draft(above, 18, True), None), (draft(below, 12, True), number))[1] is SectionKind.BODY


def test_a_number_says_more_than_the_size_of_letters() -> None:
    found = kinds(
        (draft("4 Analysis", 18, True), "4"),
        (draft("4.1 The hospital", 14, True), "4.1"),
        (draft("5 The school", 14, True), "5"),
    )
    assert found == [SectionKind.ANALYSIS, SectionKind.ANALYSIS, SectionKind.BODY]


def headings(*drafts: Draft) -> list[str]:
    given = [part for heading in drafts for part in (heading, draft(PROSE))]
    _, _, found = sections.divide(given, [None] * len(given), (), 11)
    return [each.text for each, heading in zip(given, found, strict=True) if heading]


@pytest.mark.parametrize(
    "text",
    [
        "Table 3: Referrals by month",
        "Figure 2 The household",
        "Box 1: Earlier help",
        "(a) what the school did",
        "b) what the school did",
        "The Rt Hon Wren Lark MP",
        "Dr Robin Finch",
        "Signed Robin Finch",
        "◼ The quality of plans",
        "“Nobody asked where he was.”",
        "This recommendation is accepted in full by the council",
        "The council and its partners should hold an exercise together at least every three years.",
    ],
)
def test_bold_labels_items_and_names_are_not_headings(text: str) -> None:
    assert headings(draft(text, 11, True)) == []
    assert headings(draft(text, 14, True)) == []


def test_recommendations_may_be_announced_in_plain_letters_with_a_colon() -> None:
    assert headings(draft("Recommendations:"), draft("Background:"), draft("The review recommends:")) == [
        "Recommendations:"
    ]


@pytest.mark.parametrize("size", [9, 10, 11])
def test_a_bold_line_above_plain_text_is_a_heading_also_where_it_is_smaller(size: float) -> None:
    assert headings(draft("What the school did", size, True)) == ["What the school did"]


@pytest.mark.parametrize("closing", ["Yours sincerely", "Please write to us by 30 June. Yours faithfully,", "Signed"])
def test_the_signature_of_a_letter_is_not_a_heading(closing: str) -> None:
    drafts = [draft(PROSE), draft(closing), draft("Perpetua Dunmore", bold=True), draft("National Director")]
    _, _, headings = sections.divide(drafts, [None] * 4, (), 11)
    assert headings[2] is False


def test_a_page_that_begins_with_recommendations_has_them_and_a_title_has_not() -> None:
    for heading, kind in (("Recommendations", SectionKind.RECOMMENDATIONS), ("Learning review", SectionKind.BODY)):
        first = draft(heading, 20, True)
        first.pages = [1]
        assert kinds((first, None))[0] is kind


@pytest.mark.parametrize(
    "heading", ["Recommendations for the Partnership", "Priorities for further improvement", "What needs to change"]
)
def test_a_heading_below_text_is_no_title_in_a_short_report_either(heading: str) -> None:
    title = draft("Learning from the life of a child", size=15, bold=True)
    text = draft("The panel met five times and read the records of all nine agencies that knew the family.")
    asks = draft("The board should write to each agency and ask what it has done since then.")
    below = draft(heading, size=15, bold=True)
    for each in (title, text, below, asks):
        each.pages = [1]
    found = kinds((title, None), (text, None), (below, None), (asks, None))
    assert found[-1] == SectionKind.RECOMMENDATIONS


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("Learning", SectionKind.LEARNING),
        ("Key learning", SectionKind.LEARNING),
        ("Summary of learning", SectionKind.LEARNING),
        ("Key messages", SectionKind.LEARNING),
        ("Actions for the partnership", SectionKind.RECOMMENDATIONS),
        ("Further reading", SectionKind.APPENDIX),
        ("Practice point 3", SectionKind.LEARNING),
        ("Learning theme 2: The family", SectionKind.LEARNING),
        ("Theme 2: Men in the family", SectionKind.ANALYSIS),
        ("Analysis of practice", SectionKind.ANALYSIS),
        ("Findings", SectionKind.FINDINGS),
        ("What did we find?", SectionKind.FINDINGS),
        ("Summary of events", SectionKind.CHRONOLOGY),
        ("Key practice episode 1", SectionKind.CHRONOLOGY),
        ("Executive summary", SectionKind.SUMMARY),
        ("Summary of the review", SectionKind.SUMMARY),
        ("Recommendations", SectionKind.RECOMMENDATIONS),
        ("Learning and recommendation", SectionKind.RECOMMENDATIONS),
        ("Improving systems and practice", SectionKind.RECOMMENDATIONS),
        ("Membership of the review panel", SectionKind.METHODOLOGY),
        ("Statement of independence", SectionKind.METHODOLOGY),
        ("Multi-agency action plan", SectionKind.ACTION_PLAN),
    ],
)
def test_the_headings_of_practice_reviews_say_what_is_below_them(heading: str, kind: SectionKind) -> None:
    assert section_kinds.kind_of(heading) is kind


def test_numbered_headings_below_recommendations_divide_them_if_they_are_set_alike() -> None:
    heads = [(draft("6 Recommendations", 11, True), "6"), (draft("1. Fathers", 11, True), "1")]
    more = [(draft("2. Closing cases", 11, True), "2"), (draft("7 What comes next", 11, True), "7")]
    given = [*heads, (draft(PROSE), None), more[0], (draft(PROSE), None), more[1], (draft(PROSE), None)]
    found, _, _ = sections.divide([each for each, _ in given], [number for _, number in given], (), 11)
    expected = [*[SectionKind.RECOMMENDATIONS] * 3, SectionKind.BODY]
    assert [section.kind for section in found] == expected


def test_a_chapter_below_the_text_of_recommendations_or_set_larger_is_none_of_them() -> None:
    asks = "The police should share what they know with the school and the council each time."
    for text, size in ((asks, 11), ("They are below.", 14)):
        given = [
            (draft("Recommendations", 11, True), None),
            (draft(text), None),
            (draft("1. Fathers", size, True), "1"),
        ]
        given.append((draft(PROSE), None))
        found, _, _ = sections.divide([each for each, _ in given], [number for _, number in given], (), 11)
        assert found[-1].kind is SectionKind.BODY
