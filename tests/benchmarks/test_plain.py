"""Plain words: the questions are well formed, and the figures match results calculated by hand."""

from typing import Any

import pytest

from benchmarks.judging.answers import HELD_OUT, JUDGED, PLAIN, asked
from benchmarks.judging.measures import kappa
from benchmarks.judging.plain import agreement, first_lines, held_out, kept, plain, table

QUESTIONS: list[dict[str, Any]] = [
    {"id": 1, "shape": "sentence", "words": "who kept the hens", "grades": {"a": 3, "b": 0}},
    {"id": 2, "shape": "sentence", "words": "who kept the geese", "grades": {"a": 0}},
    {"id": 3, "shape": "short", "words": "lost hens", "grades": {"a": 2}, "first": {"m": 3, "n": 1}},
    {"id": 4, "shape": "short", "words": "lost geese", "grades": {"a": 0}},
]
OURS: dict[str, dict[str, Any]] = {
    "1": {"reports": ["b", "a"]},
    "2": {"reports": []},
    "3": {"reports": ["a"], "first": {"mark": "m"}},
    "4": {"reports": ["a"], "first": {"mark": "z"}},
}
TODAY: dict[str, dict[str, Any]] = {
    "1": {"reports": ["a"]},
    "2": {"reports": []},
    "3": {"reports": ["c"], "first": {"mark": "n"}},
    "4": {"reports": [], "first": None},
}


def test_there_are_enough_questions_and_none_is_asked_twice() -> None:
    questions = asked(PLAIN)
    first = [question for question in questions if question["set"] == 1]
    assert sum(question["shape"] == "sentence" for question in first) >= 60
    assert sum(question["shape"] == "short" for question in first) >= 100
    assert len({question["words"] for question in questions}) == len(questions)
    assert all(2 <= len(question["words"].split()) <= 4 for question in first if question["shape"] == "short")


def test_no_number_means_a_question_of_both_sets_and_each_was_answered_by_the_older_code() -> None:
    numbers = [question["id"] for question in asked(JUDGED, PLAIN)]
    assert len(set(numbers)) == len(numbers)
    assert set(kept()) == {str(number) for number in numbers}


def test_every_report_of_the_older_code_among_the_first_ten_has_a_grade() -> None:
    for question in asked(PLAIN):
        answer = kept()[str(question["id"])]
        assert set(answer["reports"][:10]) <= set(question["grades"]), question["words"]
        if answer.get("first"):
            assert answer["first"]["mark"] in question["first"], question["words"]


def test_grades_are_numbers_and_the_file_has_no_words_but_the_questions() -> None:
    for question in asked(PLAIN):
        assert set(question) <= {"id", "set", "shape", "words", "grades", "first", "second"}
        for key, grade in {**question["grades"], **question.get("first", {})}.items():
            assert set(key) <= set("0123456789abcdef")
            assert len(key) == 12
            assert grade in (0, 1, 2, 3)


def test_queries_held_out_are_none_of_the_others_and_the_older_first_passage_of_each_has_a_grade() -> None:
    held = asked(HELD_OUT)
    words = [question["words"].lower() for question in [*held, *asked(PLAIN)]]
    assert all(words.count(question["words"].lower()) == 1 for question in held)
    numbers = [question["id"] for question in [*held, *asked(JUDGED, PLAIN)]]
    assert len(set(numbers)) == len(numbers)
    for question in held:
        assert set(question) <= {"id", "set", "shape", "words", "first", "second", "before"}
        assert 2 <= len(question["words"].split()) <= 4, question["words"]
        assert question["before"] in question["first"], question["words"]
        assert all(len(key) == 12 and set(key) <= set("0123456789abcdef") for key in question["first"])
        assert set(question["first"].values()) <= {0, 1, 2, 3}


def test_a_query_held_out_can_be_answered_if_a_graded_passage_answers_it() -> None:
    questions = [
        {"id": 3, "set": 1, "words": "lost hens", "first": {"m": 3, "n": 1}, "before": "n"},
        {"id": 4, "set": 1, "words": "lost geese", "first": {"z": 1}, "before": "z"},
        {"id": 1, "set": 2, "words": "lost ducks", "first": {"y": 2}, "before": "y"},
    ]
    figures = held_out(questions, OURS)
    assert figures["set 1"]["answerable"] == 1
    assert figures["set 1"]["ours"] == {"of_all": 0.5, "of_answered": 1.0, "no_passage": 0, "ungraded": 0}
    assert figures["set 1"]["before"]["of_answered"] == 0.0
    assert "  before: 1.00 (1.00), 0 ungraded" in first_lines(figures["set 2"])


def test_a_question_without_an_answer_is_counted_separately() -> None:
    figures = plain(QUESTIONS, {"ours": OURS, "today": TODAY})
    assert (figures["sentence"]["questions"], figures["sentence"]["unanswered"]) == (1, 1)
    assert figures["sentence"]["ndcg_10"] == {"ours": 0.631, "today": 1.0}  # 1 / log2(3)
    assert figures["sentence"]["most_lost"] == [{"by": -0.37, "words": "who kept the hens"}]
    assert figures["short"]["ndcg_10"] == {"ours": 1.0, "today": 0.0}
    assert figures["short"]["ours_less"]["today"] == {"ndcg": 1.0, "low": 1.0, "high": 1.0}
    assert figures["short"]["ungraded_of_the_first_ten"] == {"ours": 0.0, "today": 1.0}


def test_a_first_passage_answers_from_grade_two_on_and_counts_as_wrong_while_it_has_no_grade() -> None:
    figures = plain(QUESTIONS, {"ours": OURS, "today": TODAY})["first_passage"]
    assert (figures["questions"], figures["answerable"]) == (2, 1)
    assert figures["ours"] == {"of_all": 0.5, "of_answered": 1.0, "no_passage": 0, "ungraded": 1}
    assert figures["today"] == {"of_all": 0.0, "of_answered": 0.0, "no_passage": 1, "ungraded": 0}


def test_a_system_that_shows_no_passages_has_no_share_of_first_passages() -> None:
    reports_only = {name: {"reports": answer["reports"]} for name, answer in OURS.items()}
    assert "fts5" not in plain(QUESTIONS, {"ours": OURS, "today": TODAY, "fts5": reports_only})["first_passage"]


def test_the_table_names_each_system_and_the_difference() -> None:
    told = table(plain(QUESTIONS, {"ours": OURS, "today": TODAY}))
    assert "short (1 with an answer, 1 without): nDCG@10 ours 1.000, today 0.000" in told
    assert "ours less today: +1.000 (+1.000 to +1.000)" in told
    assert "ours: 0.50 (1.00), 1 ungraded" in told


def test_agreement_is_over_what_was_graded_twice() -> None:
    assert agreement(QUESTIONS) is None
    twice = [{"grades": {"a": 3, "b": 0}, "first": {"m": 2}, "second": {"a": 3, "m": 0}}]
    assert agreement(twice) == {"pairs": 2, "same": 0.5, "within_one": 0.5, "kappa": 0.429}  # 1 - 2 / 3.5


def test_kappa_of_two_judges_worked_out_by_hand() -> None:
    assert kappa([(0, 0), (3, 3)]) == 1
    assert kappa([(0, 3), (3, 0)]) == -1
    # the squared differences: 1 of 4 observed; 6 + 6 + 2 + 6 over the 16 pairs of the two columns expected
    assert kappa([(0, 0), (0, 1), (1, 1), (2, 2)]) == pytest.approx(1 - (1 / 4) / (20 / 16))
