"""What the heading of a column says about the column."""

import pytest

from ingest.structure.tables.roles import Role, role_of


@pytest.mark.parametrize(
    ("heading", "role"),
    [
        ("No.", Role.NUMBER),
        ("Ref", Role.NUMBER),
        ("Rec. No.", Role.NUMBER),
        ("Rec No", Role.NUMBER),
        ("RECOMMENDATION", Role.REQUEST),
        ("Recommendation and rationale", Role.REQUEST),
        ("Single agency recommendations", Role.REQUEST),
        ("What needs to happen?", Role.REQUEST),
        ("Questions for the Board", Role.REQUEST),
        ("Lead agency / officer", Role.OWNER),
        ("Who?", Role.OWNER),
        ("Action owner", Role.OWNER),
        ("Person responsible", Role.OWNER),
        ("Who will lead?", Role.OWNER),
        ("By whom", Role.OWNER),
        ("Agency", Role.OWNER),
        ("Key actions", Role.ACTION),
        ("Action(s)", Role.ACTION),
        ("What will we do?", Role.ACTION),
        ("By when", Role.OTHER),
        ("Target date for completion", Role.OTHER),
        ("RAG", Role.OTHER),
        ("How will we know it has made a difference?", Role.OTHER),
        ("Learning", Role.OTHER),
    ],
)
def test_a_heading_says_what_is_in_its_column(heading: str, role: Role) -> None:
    assert role_of(heading) is role


@pytest.mark.parametrize(
    "text",
    [
        "Task group to map the pathway.",
        "Babies who are not",
        "Recommendation 1",
        "Review the pathway for babies who are not brought",
        "Government response",
        "who leads on neglect",
        "Action 3: write to all schools",
    ],
)
def test_the_text_of_a_cell_is_no_heading(text: str) -> None:
    assert role_of(text) is None
