"""How boards write recommendations and learning: names, letters, announced lists, repeats, reasons and addressees."""

import pytest

from corpus.model import Item, ItemKind, Paragraph, Section, SectionKind
from ingest.structure import numbers
from ingest.structure.draft import Setting
from ingest.structure.parts import recommendations
from ingest.structure.parts.addressee import addressee, led_by

ASKING = "The partnership should tell every school what it has learned from this review."
RECOMMENDED, FOUND = ItemKind.RECOMMENDATION, ItemKind.FINDING


def items(*parts: tuple[SectionKind, str, list[str]], settings: tuple[Setting, ...] = ()) -> list[Item]:
    """Return the items of a report, given the kind, the heading and the texts of each section."""
    texts = [text for _, heading, below in parts for text in (heading, *below)]
    homes = [at for at, (_, _, below) in enumerate(parts) for _ in (0, *below)]
    headings = {id(heading) for _, heading, _ in parts}
    printed = numbers.of_paragraphs(texts)
    paragraphs = [
        Paragraph(at, 1, number, home, text, id(text) in headings)
        for at, (text, home, number) in enumerate(zip(texts, homes, printed, strict=True))
    ]
    sections = [Section(at, kind, heading) for at, (kind, heading, _) in enumerate(parts)]
    return list(recommendations.find(paragraphs, sections, settings))


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        (("Rec. 1", "Rec. 2"), RECOMMENDED),
        (("Recommendation One", "Recommendation Two"), RECOMMENDED),
        (("Recommendation #1", "Recommendation #2"), RECOMMENDED),
        (("Recommendations 1 and 2", "Recommendation 3"), RECOMMENDED),
        (("Multi-agency Recommendation 1", "National Recommendation 1"), RECOMMENDED),
        (("Finding One", "Finding Two"), FOUND),
        (("Learning point 1", "Learning point 2"), FOUND),
        (("Learning Theme 1", "Learning Theme 2"), FOUND),
        (("Practice point 1", "Practice point 2"), FOUND),
        (("Lesson 1", "Lesson 2"), FOUND),
        (("Key Learning 1", "Key Learning 2"), FOUND),
        (("Key finding 1", "Key finding 2"), FOUND),
    ],
)
def test_boards_name_recommendations_and_learning_in_many_ways(names: tuple[str, str], kind: ItemKind) -> None:
    found = items(
        (SectionKind.ANALYSIS, "Theme 1", [f"{names[0]}: {ASKING}", "So it was.", f"{names[1]}: Schools must ask."])
    )
    assert [(item.number, item.kind, item.text) for item in found] == [
        (names[0], kind, ASKING),
        (names[1], kind, "Schools must ask."),
    ]


@pytest.mark.parametrize(
    "text", ["Recommendations 2 and 3 were accepted.", "Recommendation one of the report was met."]
)
def test_a_sentence_that_begins_with_the_name_of_a_recommendation_is_none(text: str) -> None:
    assert items((SectionKind.ANALYSIS, "Progress", [text])) == []


def test_a_learning_point_without_a_number_is_a_finding() -> None:
    found = items(
        (SectionKind.ANALYSIS, "Analysis", ["Learning Point: A letter that gets no answer needs a second way."])
    )
    assert [item.kind for item in found] == [FOUND]


def test_a_topic_is_followed_by_its_words_and_a_sentence_is_a_whole_finding() -> None:
    below = ["The explanation of the burn was accepted.", "Nobody asked."]
    found = items((SectionKind.LEARNING, "Learning theme 1: Curiosity", below))
    assert found[0].text.splitlines() == ["Curiosity", *below]
    found = items((SectionKind.FINDINGS, "Finding 1: Explanations were accepted", below))
    assert found[0].text.splitlines() == ["Explanations were accepted"]


@pytest.mark.parametrize(
    "heading", ["Key practice learning", "Learning points", "Lessons learned", "Learning for practice", "Key messages"]
)
def test_a_list_of_lessons_consists_of_findings(heading: str) -> None:
    below = ["• Notes should say what a child did.", "• A move is a risk."]
    assert [item.kind for item in items((SectionKind.LEARNING, heading, below))] == [FOUND, FOUND]
    assert items((SectionKind.LEARNING, "Learning events", below)) == []
    assert [
        item.number
        for item in items((SectionKind.LEARNING, "Key learning 1: Dogs", ["1. They bark.", "2. So they do."]))
    ] == ["Key learning 1"]


@pytest.mark.parametrize("above", [["The Fernshire Partnership should:"], []])
@pytest.mark.parametrize("labels", [("(a)", "(b)"), ("a)", "b)"), ("i.", "ii.")])
def test_letters_below_a_lead_in_or_the_heading_are_recommendations(above: list[str], labels: tuple[str, str]) -> None:
    below = [*above, f"{labels[0]} agree a form", "• in Welsh, too", f"{labels[1]} print it."]
    found = items((SectionKind.RECOMMENDATIONS, "Recommendations", below))
    assert [(item.first, item.last) for item in found] == [
        (1 + len(above), 2 + len(above)),
        (3 + len(above), 3 + len(above)),
    ]
    assert {item.addressee for item in found} == {"The Fernshire Partnership" if above else None}


def test_letters_within_a_recommendation_are_parts_of_it() -> None:
    below = [
        "The board should ensure that progress goes on as it planned in March, in respect of:",
        "(a) forms",
        "(b) letters.",
    ]
    found = items((SectionKind.RECOMMENDATIONS, "Recommendations", ["Reviewers met.", *below, ASKING]))
    assert [item.text for item in found][-1] == ASKING
    assert not any(item.text.startswith("(") for item in found)


@pytest.mark.parametrize(
    "announced",
    [
        "The review makes the following recommendations:",
        "The 4 recommendations are:",
        "The following recommendations are made to the Fernshire Safeguarding Children Partnership:",
        "The reviewer therefore recommends that:",
    ],
)
@pytest.mark.parametrize("marks", [("1.", "2."), ("•", "•"), ("a)", "b)")])
def test_a_list_that_is_announced_needs_no_heading(announced: str, marks: tuple[str, str]) -> None:
    below = [
        "Nobody asked.",
        announced,
        f"{marks[0]} Schools ask.",
        f"{marks[1]} Doctors tell.",
        "The family has moved.",
    ]
    found = items((SectionKind.ANALYSIS, "Analysis", below))
    assert [(item.kind, item.first, item.last) for item in found] == [(RECOMMENDED, 3, 3), (RECOMMENDED, 4, 4)]


@pytest.mark.parametrize(
    "announced", ["In 2009 the inquiry made the following recommendations:", "The recommendations were these:"]
)
def test_recommendations_of_the_past_are_none_of_this_report(announced: str) -> None:
    assert items((SectionKind.ANALYSIS, "Analysis", [announced, "1. Schools ask.", "2. Doctors tell."])) == []


def test_a_list_announced_in_a_summary_counts_only_without_a_section_for_it() -> None:
    summary = (SectionKind.SUMMARY, "Summary", ["The recommendations are:", "1. Ask schools.", "2. Ask doctors."])
    assert len(items(summary)) == 2
    own = (SectionKind.RECOMMENDATIONS, "Recommendations", ["1. Schools should be asked what they know."])
    assert [item.text for item in items(summary, own)] == ["Schools should be asked what they know."]


def test_a_numbered_sentence_that_announces_a_list_is_not_its_first_item() -> None:
    announced = "5.2 The following recommendations are made to the Board:"
    found = items(
        (
            SectionKind.RECOMMENDATIONS,
            "Recommendations",
            ["5.1 It was so.", announced, "(1) Ask them.", "(2) Tell them."],
        )
    )
    assert [item.number for item in found if item.kind is RECOMMENDED][-2:] == ["(1)", "(2)"]
    assert "5.2" not in [item.number for item in found]


def test_what_is_repeated_word_for_word_counts_once() -> None:
    summary = (SectionKind.RECOMMENDATIONS, "Summary of recommendations", [f"1. {ASKING}", "2. Ask."])
    assert len(items(summary, (SectionKind.RECOMMENDATIONS, "Recommendations", [f"1. {ASKING}", "2. Ask."]))) == 3
    named = (SectionKind.SUMMARY, "Summary", ["Recommendation 1: Tell schools."])
    full = (SectionKind.RECOMMENDATIONS, "Recommendations", [f"6.1 Recommendation 1: {ASKING}"])
    assert [item.number for item in items(named, full)] == ["6.1"]


def test_two_bodies_may_be_asked_for_the_same() -> None:
    same = ["• Share this report with all staff who worked with the family."]
    for one, other in (("Probation", "Hospital"), ("Recommendations for the police", "Recommendations for schools")):
        found = items((SectionKind.RECOMMENDATIONS, one, same), (SectionKind.RECOMMENDATIONS, other, same))
        assert len(found) == 2


def test_the_reasons_below_a_bold_recommendation_are_no_part_of_it() -> None:
    below = [
        f"Recommendation 1: {ASKING}",
        "Three schools knew of it.",
        "Recommendation 2: Schools",
        "Schools should ask.",
    ]
    bold, plain = Setting(bold=True), Setting()
    found = items((SectionKind.RECOMMENDATIONS, "Recommendations", below), settings=(bold, bold, plain, bold, plain))
    assert [(item.first, item.last) for item in found] == [(1, 1), (3, 4)]


def test_the_words_above_a_number_are_no_part_of_the_item_before_them() -> None:
    below = ["The partnership to:", "1. Review the form.", "The police to:", "2. Use it."]
    found = items((SectionKind.RECOMMENDATIONS, "Recommendations", below))
    assert [(item.text, item.addressee) for item in found] == [
        ("Review the form.", "The partnership"),
        ("Use it.", "The police"),
    ]


@pytest.mark.parametrize(
    ("heading", "text", "asked"),
    [
        ("Fernshire Constabulary", "• Remind officers.", "Fernshire Constabulary"),
        ("For the police", "• Remind officers.", "the police"),
        ("Recommendation for the police", "• Managers should remind officers.", "the police"),
        ("Questions for the partnership to consider", "• Does it know?", "the partnership"),
        ("Working with schools", "• Remind officers.", None),
        ("Impact on police forces", "• Remind officers.", None),
    ],
)
def test_a_heading_may_name_who_is_addressed(heading: str, text: str, asked: str | None) -> None:
    assert [item.addressee for item in items((SectionKind.RECOMMENDATIONS, heading, [text]))] == [asked]


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("The children’s social care service should:", "The children’s social care service"),
        ("It is also recommended that the housing service should tell the school.", "the housing service"),
        ("So it was. It is recommended that the partnership asks each agency.", "the partnership"),
        ("There are two. The first is that the police should visit.", "the police"),
        ("That the council and the health trust agree how they share records.", "the council and the health trust"),
        ("That the government appoint an adviser with a budget and provide for it.", None),
        ("That as part of their planning the local authorities give more thought to it.", None),
        ("We recommend that the council make it clear that it should be told.", None),
        ("the partnership adds dogs to its guidance.", "the partnership"),
        ("ask the private fostering team to report each year.", None),
        ("(a) The police should visit.", "The police"),
        ("Recommendation 2: The police should visit.", "The police"),
        ("(Children’s Social Care)", "Children’s Social Care"),
        ("(Complete)", None),
        ("Schools should be told of every visit.", None),
        ("Fernshire Police to keep calls about one address together.", "Fernshire Police"),
        ("The board and its partners to make sure that it is known.", "The board and its partners"),
        ("The Director of Children’s Services to report on it.", "The Director of Children’s Services"),
        ("Housing officers to be invited to meetings.", None),
        ("Ask Fernshire Police to share the list.", None),
        ("Invite schools to share what they know.", None),
        ("The effectiveness of strategic partnerships to work together.", None),
        ("The infrastructure and services to support good practice.", None),
        ("The multi-agency training should begin with the story of a child.", None),
        ("Supervisors should ask what has been seen.", "Supervisors"),
    ],
)
def test_the_wording_may_say_who_is_addressed(text: str, asked: str | None) -> None:
    assert addressee(text) == asked


@pytest.mark.parametrize(
    ("text", "lead"),
    [
        ("Seeing the child (Lead: Children’s social care)", "Children’s social care"),
        ("Renew the guidance.\nLead agency: Probation service\nTimescale: June", "Probation service"),
        ("Renew the guidance. Person responsible: Head of early help.", "Head of early help"),
        ("Renew the guidance.\nTimescale: June", None),
        ("Look at who leads: it was not known who did.", None),
        ("It has a lead.", None),
    ],
)
def test_a_label_may_say_who_leads(text: str, lead: str | None) -> None:
    assert led_by(text) == lead


def test_who_is_asked_comes_before_who_leads() -> None:
    below = ["1. The police should visit.", "Lead: Superintendent", "2. Visit again.", "Lead: Superintendent"]
    found = items((SectionKind.RECOMMENDATIONS, "Recommendations", below))
    assert [item.addressee for item in found] == ["The police", "Superintendent"]


def test_below_the_name_of_a_body_prose_needs_no_other_words_than_the_request() -> None:
    below = ["Review the use of written agreements.", "They are many."]
    assert [item.last for item in items((SectionKind.RECOMMENDATIONS, "Police:", below))] == [1]
    assert items((SectionKind.RECOMMENDATIONS, "Background", below)) == []


def test_a_learning_point_in_a_numbered_paragraph_is_a_finding() -> None:
    found = items((SectionKind.ANALYSIS, "Analysis", ["6.1 Learning opportunity 1: A move is a risk.", "6.2 It was."]))
    assert [(item.kind, item.last) for item in found] == [(FOUND, 1)]


def test_the_title_of_a_recommendation_may_say_who_is_addressed() -> None:
    below = ["Recommendation 1 – for the police", "Record who was seen."]
    assert [item.addressee for item in items((SectionKind.RECOMMENDATIONS, "Recommendations", below))] == ["the police"]
