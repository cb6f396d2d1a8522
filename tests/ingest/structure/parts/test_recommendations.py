"""Which text is a recommendation or a finding, what belongs to it, and who it is addressed to."""

import re

import pytest

from corpus.model import BULLETS, Item, ItemKind, Paragraph, Section, SectionKind
from ingest.structure.draft import Setting
from ingest.structure.parts import recommendations
from ingest.structure.parts.addressee import addressee
from ingest.structure.parts.section_kinds import kind_of

RECOMMENDATIONS = Section(1, SectionKind.RECOMMENDATIONS, "8 Recommendations")
FINDINGS = Section(1, SectionKind.FINDINGS, "Findings")
PLAN = Section(1, SectionKind.ACTION_PLAN, "Action plan")


def find(*texts: str | tuple[str | None, str], section: Section = RECOMMENDATIONS, heading: bool = True) -> list[Item]:
    """Return the items in a section of a report, given as texts, or as printed numbers with texts."""
    opening = [Paragraph(0, 1, None, 1, section.heading, heading)]
    paragraphs = [
        Paragraph(at, 1, None, 1, each) if isinstance(each, str) else Paragraph(at, 1, each[0], 1, each[1])
        for at, each in enumerate(texts, 1)
    ]
    return list(recommendations.find([*opening, *paragraphs], [Section(0, SectionKind.BODY, ""), section]))


def test_each_numbered_paragraph_is_an_item_with_its_number_and_words() -> None:
    found = find("This review recommends:", ("8.1", "8.1 The LSCP should act."), ("8.2", "8.2 The police should act."))
    assert [(item.number, item.text, item.addressee) for item in found] == [
        ("8.1", "The LSCP should act.", "The LSCP"),
        ("8.2", "The police should act.", "The police"),
    ]
    assert {item.kind for item in found} == {ItemKind.RECOMMENDATION}
    assert {item.section for item in found} == {RECOMMENDATIONS}


def test_bullets_and_deeper_numbers_belong_to_the_item_above_them() -> None:
    found = find(
        ("1", "1. The board should seek assurance that:"),
        "• children are seen;",
        ("(a)", "(a) and heard."),
        ("1.1", "1.1 It should do so every year."),
        ("2", "2. Schools should ask."),
    )
    assert [(item.first, item.last) for item in found] == [(1, 4), (5, 5)]
    assert found[0].text.splitlines()[1:] == [
        "• children are seen;",
        "(a) and heard.",
        "1.1 It should do so every year.",
    ]


def test_without_numbers_the_bullets_are_items_and_otherwise_the_text_that_asks_for_something() -> None:
    found = find("The review asks for:", "• one chronology;", "• one policy.")
    assert [item.text for item in found] == ["one chronology;", "one policy."]
    found = find("The reviewer met the board.", "Health services should write letters that a parent can read.")
    assert [item.text[:15] for item in found] == ["Health services"]


def test_a_named_item_counts_wherever_it_is_and_only_once() -> None:
    paragraphs = [
        Paragraph(0, 1, "Recommendation 1", 0, "Recommendation 1: The board should act."),
        Paragraph(1, 2, "Recommendation 1", 1, "Recommendation 1: The board should act soon."),
        Paragraph(2, 2, None, 1, "This is asked because nobody acted."),
        Paragraph(3, 3, "Recommendation 1", 2, "Recommendation 1 Act By May"),
    ]
    sections = [
        Section(0, SectionKind.SUMMARY, "Summary"),
        RECOMMENDATIONS,
        Section(2, SectionKind.ACTION_PLAN, "Action plan"),
    ]
    assert [item.page for item in recommendations.find(paragraphs, sections)] == [2]
    assert [item.page for item in recommendations.find(paragraphs[:1], sections)] == [1]
    assert [item.page for item in recommendations.find([Paragraph(0, 3, *_row(paragraphs[3]))], [PLAN])] == [3]


def _row(paragraph: Paragraph) -> tuple[str | None, int, str]:
    return paragraph.number, 0, paragraph.text


def test_a_number_alone_on_a_line_has_its_words_below_it() -> None:
    paragraphs = [
        Paragraph(0, 1, "Finding 1", 0, "Finding 1", heading=True),
        Paragraph(1, 1, None, 0, "Nobody asked the child."),
        Paragraph(2, 1, "5.2", 0, "5.2 In this case nobody did."),
    ]
    (item,) = recommendations.find(paragraphs, [FINDINGS])
    assert (item.kind, item.number, item.text) == (ItemKind.FINDING, "Finding 1", "Nobody asked the child.")


def test_findings_that_are_named_make_the_paragraphs_around_them_no_findings() -> None:
    found = find(
        ("5.1", "5.1 There are two."),
        ("Finding 1", "Finding 1: Nobody asked."),
        ("5.2", "5.2 So it was."),
        section=FINDINGS,
    )
    assert [item.number for item in found] == ["Finding 1"]
    assert [item.number for item in find(("7.1", "7.1 Nobody asked."), section=FINDINGS)] == ["7.1"]


def test_questions_for_the_board_are_addressed_to_the_board() -> None:
    section = Section(1, SectionKind.RECOMMENDATIONS, "Questions for the Board")
    assert [item.addressee for item in find("• Does it know?", section=section)] == ["the Board"]


def test_footnotes_and_answers_are_not_recommendations() -> None:
    assert find("¹ The board should be told.") == []
    answer = Section(1, SectionKind.RECOMMENDATIONS, "Government response")
    assert find("We must and should do better.", section=answer) == []
    assert len(find("Recommendation: The board should act.", section=answer)) == 1


@pytest.mark.parametrize("sign", sorted(BULLETS | {"o"}))
def test_every_kind_of_bullet_is_an_item_without_its_sign(sign: str) -> None:
    heading = Section(1, SectionKind.RECOMMENDATIONS, "What needs to improve?")
    found = find(f"{sign} The quality of plans.", f"{sign} Visits to children.", section=heading)
    assert [item.text for item in found] == ["The quality of plans.", "Visits to children."]


@pytest.mark.parametrize("marks", [("a.", "b.", "i.", "ii.", "c."), ("(i)", "(ii)", "(a)", "(b)", "(iii)")])
def test_letters_of_a_second_kind_belong_to_the_letter_above_them(marks: tuple[str, ...]) -> None:
    one, two, sub, other, three = marks
    found = find(
        f"{one} The board should ask.",
        f"{two} The police should act:",
        f"{sub} by June;",
        f"{other} by July.",
        f"{three} Schools should tell.",
    )
    assert [(item.first, item.last) for item in found] == [(1, 1), (2, 4), (5, 5)]


def test_a_long_lettered_list_goes_on_at_i() -> None:
    texts = [f"{letter}. The board should ask agency {letter}." for letter in "abcdefghijk"]
    assert len(find(*texts)) == 11


def test_bullets_of_a_second_kind_belong_to_the_bullet_above_them() -> None:
    found = find("• The board should see:", "o the plans;", "o the letters.", "• Schools should ask.")
    assert [(item.first, item.last) for item in found] == [(1, 3), (4, 4)]


def test_numbered_items_do_not_keep_bullets_from_being_items() -> None:
    found = find(("1", "1. The police should act."), "The board should also:", "• write;", "• ask.")
    assert [item.number for item in found] == ["1", None, None]
    assert [item.text for item in found][1:] == ["write;", "ask."]
    assert [item.addressee for item in found] == ["The police", "The board", "The board"]


def test_bullets_after_words_that_point_back_belong_to_the_number_above() -> None:
    found = find(("1", "1. The police should act."), "This should include:", "• visits;", ("2", "2. GPs should ask."))
    assert [(item.first, item.last) for item in found] == [(1, 3), (4, 4)]


def test_text_between_two_numbered_recommendations_is_part_of_the_first() -> None:
    found = find(
        ("Recommendation 1", "Recommendation 1: The board should act."),
        "It should report on this every year.",
        "¹ A footnote at the foot of the page.",
        "2 Another footnote.",
        "The report should be public.",
        ("Recommendation 2", "Recommendation 2: Schools should ask."),
    )
    assert found[0].text.splitlines() == [
        "The board should act.",
        "It should report on this every year.",
        "The report should be public.",
    ]


def test_a_title_is_followed_by_its_text_and_the_body_it_asks() -> None:
    paragraphs = [
        Paragraph(0, 1, "Recommendation 1", 0, "Recommendation 1: A simpler structure", heading=True),
        Paragraph(1, 1, None, 0, "The council should have one board."),
        Paragraph(2, 1, None, 0, "Its members should be:"),
        Paragraph(3, 2, None, 0, "• the director;"),
        Paragraph(4, 2, None, 0, "The chair should be independent."),
        Paragraph(5, 2, None, 1, "What came before", heading=True),
    ]
    sections = [Section(0, SectionKind.RECOMMENDATIONS, paragraphs[0].text), Section(1, SectionKind.BODY, "What came")]
    (item,) = recommendations.find(paragraphs, sections)
    assert (item.first, item.last, item.addressee) == (0, 4, "The council")


def test_an_answer_is_not_part_of_what_it_answers() -> None:
    found = find(
        ("Recommendation 1", "Recommendation 1: That one body be asked to inspect all homes."),
        "The council accepts this recommendation.",
        "It will write to all homes.",
    )
    assert [item.text for item in found] == ["That one body be asked to inspect all homes."]


def test_a_table_of_answers_holds_no_recommendations() -> None:
    found = find(("Recommendation 1", "Recommendation 1"), ("Recommendation 2", "Recommendation 2 (accepted in full)"))
    assert found == []


CLOSING = "The panel thanks everybody who spoke to it. It meets again in the spring."


@pytest.mark.parametrize("numbers", [("1", "2", "3"), ("R1", "R2", "R3"), ("Rec 1", "Rec 2", "Rec 3")])
def test_prose_that_closes_the_section_is_no_part_of_the_last_recommendation(numbers: tuple[str, ...]) -> None:
    items = [(number, f"{number} The board should write letters.") for number in numbers]
    assert [item.text for item in find(*items, CLOSING)] == ["The board should write letters."] * 3
    (*_, last) = find(*items, "• to parents", "• to schools", CLOSING)
    assert CLOSING not in last.text
    assert last.text.endswith("to schools")


@pytest.mark.parametrize(
    "last", ["This should be done within a year.", "The letters should be read by a parent first."]
)
def test_prose_that_asks_or_refers_back_is_part_of_the_last_recommendation(last: str) -> None:
    items = [(number, f"{number}. The board should write letters.") for number in "123"]
    assert find(*items, last)[-1].text.endswith(last)


def test_where_recommendations_have_several_paragraphs_the_last_one_has_them_too() -> None:
    items = [part for number in "123" for part in ((number, f"{number}. The board should write letters."), CLOSING)]
    assert all(item.text.endswith(CLOSING) for item in find(*items))


def test_narrative_and_lead_ins_among_numbered_recommendations_are_none() -> None:
    found = find(
        ("8.1", "8.1 The review makes the following recommendations."),
        ("8.2", "8.2 Most plans were late, and nobody had seen them."),
        ("8.3", "8.3 The police should:"),
        "• visit;",
        ("8.4", "8.4 Improve the recording of visits so that plans are clear."),
        ("8.5", "8.5 Visits had been late. (Conclusion, Paragraph 47)"),
    )
    assert [(item.kind, item.number) for item in found] == [
        (ItemKind.RECOMMENDATION, "8.3"),
        (ItemKind.RECOMMENDATION, "8.4"),
        (ItemKind.FINDING, "8.5"),
    ]


def test_the_numbered_paragraphs_of_a_whole_report_are_no_findings() -> None:
    body, part = Section(0, SectionKind.BODY, ""), Section(1, SectionKind.FINDINGS, "Findings")
    before = [Paragraph(at, 1, f"4.{at}", 0, f"4.{at} It rained.") for at in range(6)]
    inside = [Paragraph(6, 1, "5.1", 1, "5.1 It rained again."), Paragraph(7, 1, "5.2", 1, "5.2 It stopped.")]
    assert recommendations.find([*before, *inside], [body, part]) == ()
    listed = [Paragraph(6, 1, "1", 1, "1. Nobody asked."), Paragraph(7, 1, "2", 1, "2. Nobody answered.")]
    assert len(recommendations.find([*before, *listed], [body, part])) == 2


def test_a_table_of_judgements_holds_no_findings() -> None:
    assert find("• Overall effectiveness: good", section=Section(1, SectionKind.FINDINGS, "Judgement grade")) == []


def test_prose_under_an_unrelated_heading_is_not_a_recommendation() -> None:
    section = Section(1, SectionKind.RECOMMENDATIONS, "The experiences and progress of children in care")
    assert find(("1", "1. Plans are late."), ("2", "2. Visits are few."), section=section) == []
    section = Section(1, SectionKind.RECOMMENDATIONS, "The police")
    assert len(find(("1", "1. Review the plans."), ("2", "2. Visit often."), section=section)) == 2


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("The Fernshire Safeguarding Partnership should require it.", "The Fernshire Safeguarding Partnership"),
        ("It is recommended that NHS England should act.", "NHS England"),
        ("All agencies, including schools, must act.", "All agencies, including schools"),
        ("Recommendation: GPs should ask.", "GPs"),
        ("• Children’s social care needs to ask.", "Children’s social care"),
        ("The board is asked to consider this.", "The board"),
        ("No school should exclude a child.", None),
        ("Children should be seen by the police.", None),
        ("Each child should be seen.", None),
        ("Interviews should be offered by one service.", None),
        ("The police did what they should have done.", None),
        ("Health visitors were told. The board should act.", None),
        ("one policy for all services", None),
        ("First, the police should share plans.", "the police"),
        ("Finally, Fernshire Council should visit.", "Fernshire Council"),
    ],
)  # fmt: skip
def test_the_addressee_is_only_given_where_the_text_says_so(text: str, asked: str | None) -> None:
    assert addressee(text) == asked


CONCLUSIONS = Section(1, SectionKind.RECOMMENDATIONS, "Summary of conclusions and recommendations")


def test_conclusions_are_findings_and_text_that_asks_a_body_is_a_recommendation() -> None:
    found = find(
        ("1", "1. Few plans were read. (Paragraph 11)"),
        ("2", "2. The Government should publish its plan. (Paragraph 12)"),
        ("3", "3. Plans have been late for years,"),
        "and we urge the council to read them. (Paragraph 15)",
        section=CONCLUSIONS,
    )
    assert [(item.number, item.kind, item.last) for item in found] == [
        ("1", ItemKind.FINDING, 1),
        ("2", ItemKind.RECOMMENDATION, 2),
        ("3", ItemKind.RECOMMENDATION, 4),
    ]


def test_an_item_that_a_committee_marks_has_that_kind_in_any_section() -> None:
    part = Section(1, SectionKind.RECOMMENDATIONS, "The political response")
    found = find(
        ("1", "1. We hope that the council will be bold. (Recommendation, Paragraph 17)"),
        ("2", "2. The costs should have been lower, and"),
        "it took too long to say so. (Conclusion, Paragraph 18)",
        section=part,
    )
    assert [(item.number, item.kind, item.last) for item in found] == [
        ("1", ItemKind.RECOMMENDATION, 1),
        ("2", ItemKind.FINDING, 3),
    ]


@pytest.mark.parametrize(
    ("heading", "answers"),
    [
        ("Response", True),
        ("The Government’s response", True),
        ("UK Government response", True),
        ("The board’s response:", True),
        ("The political response", False),
        ("Policing response", False),
    ],
)
def test_a_part_with_answers_is_distinguished_from_one_about_past_actions(heading: str, answers: bool) -> None:
    found = find(("1", "1. The police should act."), section=Section(1, SectionKind.RECOMMENDATIONS, heading))
    assert (found == []) is answers


def test_the_text_above_an_answer_is_a_recommendation() -> None:
    body = Section(1, SectionKind.BODY, "4a) Duty of candour")
    found = find(
        "4a) i. A duty of candour be introduced.",
        "This recommendation is accepted in full by the council.",
        "4a) ii. The duty be reviewed every year.",
        "This recommendation is not accepted.",
        "The council will write to all homes.",
        section=body,
    )
    assert [(item.first, item.last) for item in found] == [(1, 1), (3, 3)]


def test_a_long_sentence_over_bullets_is_an_item_with_them_and_a_lead_in_is_none() -> None:
    found = find(
        "The board should ensure that progress goes on as it planned in March, in respect of:",
        "− shorter waits; and",
        "− better plans.",
        "The board should:",
        "− visit;",
        "− write.",
        "The council should write letters that a parent can read.",
    )
    assert [(item.first, item.last) for item in found] == [(1, 3), (5, 5), (6, 6), (7, 7)]


def test_a_recommendation_that_begins_with_response_is_not_an_answer() -> None:
    found = find(
        ("Recommendation 1", "Recommendation 1: Taskforces"),
        "The response to a future emergency should be led by one body.",
        section=Section(1, SectionKind.BODY, "Answers"),
    )
    assert [(item.first, item.last) for item in found] == [(1, 2)]


def test_bullets_in_a_list_of_sentences_are_parts_of_the_sentence_above_them() -> None:
    found = find(
        "Leaders should improve the offer of schools relating to:",
        "• lessons elsewhere",
        "• lessons after 16",
        "The partnership should write letters that a parent can read.",
        "In particular, it should urgently:",
        "• ask what parents read",
        "• drop the forms.",
        "The trust should shorten its waiting lists.",
    )
    assert [(item.first, item.last) for item in found] == [(1, 3), (4, 7), (8, 8)]


BOLD, ITALIC, PLAIN, BOXED = Setting(bold=True), Setting(italic=True), Setting(), Setting(boxes=(1, 1))


def items(texts: list[str], settings: list[Setting], heading: str, *, answers: bool = False) -> list[Item]:
    section = Section(0, kind_of(heading) or SectionKind.BODY, heading)
    named = re.compile(r"(Recommendation )?\d+(?=[.:]|$)")
    paragraphs = [Paragraph(0, 1, None, 0, heading, True)]
    for at, text in enumerate(texts, 1):
        number = named.match(text)
        paragraphs.append(Paragraph(at, 1, number.group() if number else None, 0, text))
    return list(recommendations.find(paragraphs, [section], [PLAIN, *settings], answers=answers))


@pytest.mark.parametrize("look", [BOLD, ITALIC, BOXED])
def test_in_a_response_the_answer_below_is_no_part_of_the_recommendation_it_answers(look: Setting) -> None:
    texts = [
        "Recommendation 1: The board should meet.",
        "It should also write to those who do not come.",
        "The council meets every month, and will write to those who should know.",
        "Recommendation 2: The police should call.",
        "They do so.",
    ]
    found = items(texts, [look, look, PLAIN, look, PLAIN], "The answers", answers=True)
    assert [(item.first, item.last) for item in found] == [(1, 2), (4, 4)]


def test_in_a_response_without_any_other_sign_text_that_asks_nothing_is_an_answer() -> None:
    texts = [
        "Recommendation 1: Meetings",
        "The board should meet.",
        "The notes should be kept.",
        "The council has met every month since then.",
    ]
    found = items(texts, [PLAIN] * 4, "Recommendations", answers=True)
    assert [(item.first, item.last) for item in found] == [(1, 3)]
    assert [(item.first, item.last) for item in items(texts, [PLAIN] * 4, "Recommendations")] == [(1, 4)]


def test_a_heading_in_a_box_is_followed_by_its_words() -> None:
    texts = ["Recommendation 1", "The board should meet.", "Members should come."]
    found = items(texts, [BOXED, PLAIN, PLAIN], "Recommendations")
    assert [(item.first, item.last) for item in found] == [(1, 3)]


def test_labels_in_a_box_above_a_decision_are_recommendations() -> None:
    texts = [
        "2a. A stone be set up.",
        "2b. Those who knew the child be asked where,",
        "and what it should say.",
        "The council and the board accept this recommendation in full.",
        "2a. The council has ordered a stone, and accepts this recommendation.",
    ]
    found = items(texts, [BOXED] * 4 + [PLAIN], "2) Remembering")
    assert [(item.first, item.last, item.kind) for item in found] == [
        (1, 1, ItemKind.RECOMMENDATION),
        (2, 3, ItemKind.RECOMMENDATION),
    ]


@pytest.mark.parametrize("look", [BOLD, ITALIC])
def test_conclusions_and_recommendations_in_different_type_are_distinguished_by_it(look: Setting) -> None:
    texts = [
        "1. Work across agencies must be close to be of use.",
        *(f"{n}. Visit {n} was short." for n in range(2, 7)),
    ]
    texts += ["7. We commend the board for its visits."]
    texts += [f"{n}. The board should visit {n} homes." for n in range(8, 13)]
    found = items(texts, [PLAIN] * 6 + [look] * 6, "Conclusions and recommendations")
    assert [item.kind is ItemKind.RECOMMENDATION for item in found] == [False] * 6 + [True] * 6


def test_a_narrative_below_a_list_of_what_needs_to_improve_is_no_part_of_it() -> None:
    part = Section(0, SectionKind.RECOMMENDATIONS, "The experiences of children: inadequate")
    told = "Plans for children are poor. Workers should know more, and leaders need to act."
    paragraphs = [Paragraph(at, 1, f"{at}", 0, f"{at}. {told}") for at in range(4)]
    assert recommendations.find(paragraphs, [part]) == ()


@pytest.mark.parametrize(
    "text",
    [
        "The Trust and the council must agree a protocol for risk assessments.",
        "All partners should accept referrals by telephone at night.",
        "The board needs to agree who writes to the family.",
    ],
)
def test_text_that_asks_bodies_to_agree_is_not_an_answer(text: str) -> None:
    opening = Paragraph(0, 1, "Recommendation 2", 1, "Recommendation 2: Letters", True)
    found = recommendations.find(
        [opening, Paragraph(1, 1, None, 1, text)], [Section(0, SectionKind.BODY, ""), FINDINGS]
    )
    assert [item.text.splitlines()[-1] for item in found] == [text]
