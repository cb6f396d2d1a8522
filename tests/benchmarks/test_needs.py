"""Information needs in other words: the file is well formed, and the figures match results calculated by hand."""

from datetime import date

from benchmarks.judging.answers import asked
from benchmarks.judging.needs import NEEDS, Answers, dealt, figures
from benchmarks.judging.pools import Item
from corpus.themes import load_themes

ASKED = [
    {"id": 1, "need": "the hens were out all night", "theme": "Hens", "grades": {"a": 3, "b": 1, "c": 2}},
    {"id": 2, "need": "nobody fed them", "theme": None},
]
FOUND: Answers = {
    1: {"themes": [Item("b", "Hens.")], "meaning": [Item("b", "Hens."), Item("c", "Left outside.")]},
    2: {"themes": [], "meaning": [Item("z", "Unfed.")]},
}


def test_there_are_sixty_needs_and_forty_later_ones_each_with_a_theme_that_exists_or_none() -> None:
    needs = asked(NEEDS)
    names = {theme.name for theme in load_themes().themes}
    assert len({need["need"] for need in needs}) == len(needs) == 100
    assert len([need for need in needs if "asked" in need]) == 40
    assert all(need["theme"] is None or need["theme"] in names for need in needs)


def test_the_file_contains_no_text_of_reports() -> None:
    for need in asked(NEEDS):
        assert set(need) <= {"id", "need", "theme", "asked", "grades", "second"}
        assert all(set(key) <= set("0123456789abcdef") and len(key) == 12 for key in need.get("grades", {}))
        assert set(need.get("grades", {}).values()) <= {0, 1, 2, 3}
        date.fromisoformat(need.get("asked", "2026-01-01"))


def test_a_passage_that_two_systems_show_is_graded_once() -> None:
    assert {name: [item.key for item in items] for name, items in dealt(FOUND).items()} == {"1": ["b", "c"], "2": ["z"]}


def test_a_need_is_answered_from_grade_two_on_and_what_has_no_grade_does_not_answer() -> None:
    told = figures(ASKED, FOUND)
    assert told["themes"] == {"answered": 0, "precision": 0.0, "none_shown": 1, "ungraded": 0}
    assert told["meaning"] == {"answered": 1, "precision": 0.333, "none_shown": 0, "ungraded": 1}
    assert told["either"] == 1
    assert told["meaning_less_themes"] == [50.0, 0.0, 100.0]
