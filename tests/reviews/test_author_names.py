"""Authors are split if their names are clear, and kept together if they are not."""

import pytest

from reviews.author_names import authors


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ("Jocasta Thimblewood", ["Thimblewood, Jocasta"]),
        ("Dorothea Quillinan and Abel Starkweather", ["Quillinan, Dorothea", "Starkweather, Abel"]),
        ("Dorothea Quillinan & Abel Starkweather", ["Quillinan, Dorothea", "Starkweather, Abel"]),
        ("Dorothea Quillinan, Abel Starkweather", ["Quillinan, Dorothea", "Starkweather, Abel"]),
        ("Ann Lark, Bo Finch and Cy Wren", ["Lark, Ann", "Finch, Bo", "Wren, Cy"]),
        ("Ann Lark, Bo Finch, and Cy Wren", ["Lark, Ann", "Finch, Bo", "Wren, Cy"]),
        ("Ann Lark; Bo Finch; Cy Wren", ["Lark, Ann", "Finch, Bo", "Wren, Cy"]),
        ("Ann Lark\nBo Finch", ["Lark, Ann", "Finch, Bo"]),
        ("Lark, Ann", ["Lark, Ann"]),
        ("Van der Lark, Ann", ["Van der Lark, Ann"]),
        ("Lark Finch, Ann; Wren, Bo Cy", ["Lark Finch, Ann", "Wren, Bo Cy"]),
        ("Lark, Ann; Finch, Bo", ["Lark, Ann", "Finch, Bo"]),
        ("Lark, Ann and Finch, Bo", ["Lark, Ann", "Finch, Bo"]),
        ("Lark, A., Finch, B.", ["Lark, A.", "Finch, B."]),
        ("Lark A, Finch BC", ["Lark, A", "Finch, BC"]),
        ("Lark, A.M.", ["Lark, A.M."]),
        ("A. M. Lark", ["Lark, A. M."]),
        ("Dr Ann Lark", ["Lark, Ann"]),
        ("Professor Ann Lark OBE and Mr Bo Finch, MSc", ["Lark, Ann", "Finch, Bo"]),
        ("Ann Lark, Independent Reviewer", ["Lark, Ann"]),
        ("Ann Lark, Independent Author; Bo Finch, Chair", ["Lark, Ann", "Finch, Bo"]),
        ("Ann van der Lark", ["van der Lark, Ann"]),
        ("Ann O’Lark", ["O’Lark, Ann"]),
        ("Ann Mary Lark-Finch", ["Lark-Finch, Ann Mary"]),
        ("Lark", ["Lark"]),
        ("", []),
        (None, []),
    ],
)
def test_people_are_separate_authors_with_last_name_first(cell: str | None, read: list[str]) -> None:
    assert [str(author) for author in authors(cell)] == read
    assert not any(author.is_body for author in authors(cell))


@pytest.mark.parametrize(
    "name",
    [
        "Fernshire Safeguarding Children Board",
        "Department for Children, Schools and Families",
        "Department for Education and Skills",
        "Fernshire and Wold NHS Foundation Trust",
        "Skellmoor Children’s Services",
        "Larkmere Consulting Ltd",
        "NSPCC",
    ],
)
def test_an_organisation_stays_one_author_whatever_its_name(name: str) -> None:
    (author,) = authors(name)
    assert (str(author), author.is_body) == (name, True)


def test_people_and_organisations_can_be_listed_together() -> None:
    found = authors("Ann Lark and Fernshire Safeguarding Children Board")
    assert [(str(author), author.is_body) for author in found] == [
        ("Lark, Ann", False),
        ("Fernshire Safeguarding Children Board", True),
    ]
    assert [str(author) for author in authors("Fernshire County Council and Skellmoor City Council")] == [
        "Fernshire County Council",
        "Skellmoor City Council",
    ]
    assert [author.is_body for author in authors("NSPCC; Ann Lark")] == [True, False]
