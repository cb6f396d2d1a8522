"""The judged questions are well formed, and the measures match results calculated by hand."""

import hashlib
import json
from collections import Counter

import pytest

from benchmarks.judging.judged import ID, JUDGED, Question, bm25, fts5, measured, questions
from benchmarks.judging.measures import interval, ndcg, recall
from tests.command import SHARED


def test_there_are_eighty_questions_of_several_shapes_and_none_is_asked_twice() -> None:
    asked = questions()
    assert len(asked) >= 80
    assert [question.id for question in asked] == list(range(1, len(asked) + 1))
    assert len({question.query for question in asked}) == len(asked)
    shapes = Counter(question.shape for question in asked)
    assert set(shapes) == {"word", "words", "phrase", "sentence", "section", "theme", "near"}


def test_each_question_has_an_answer_and_each_judgement_says_where_it_came_from() -> None:
    for question in json.loads(JUDGED.read_text("utf-8"))["questions"]:
        judged = question["judged"].values()
        assert question["need"]
        assert question["words"]
        assert any(entry["grade"] >= 2 for entry in judged), question["query"]
        for entry in judged:
            assert entry["grade"] in (0, 1, 2, 3)
            assert entry["from"] in ("reading", "pool")
            assert entry["grade"] or not entry.get("paragraphs")
            assert set(entry) <= {"grade", "from", "paragraphs"}


@pytest.mark.skipif(not (SHARED / "reports").is_dir(), reason="needs the real reports")
def test_every_judged_report_is_one_of_the_real_ones() -> None:
    held = {hashlib.sha256(file.read_bytes()).hexdigest()[:ID] for file in (SHARED / "reports").rglob("*.pdf")}
    assert {report for question in questions() for report in question.grades} <= held


def test_ndcg_of_an_order_worked_out_by_hand() -> None:
    grades = {"a": 3, "b": 2, "c": 0}
    assert ndcg(["a", "b"], grades) == 1
    # (3 + 7 / log2(3)) / (7 + 3 / log2(3))
    assert ndcg(["b", "a"], grades) == pytest.approx(0.83399, abs=1e-5)
    # a report that nobody judged comes first: (7 / log2(3)) / (7 + 3 / log2(3))
    assert ndcg(["x", "a"], grades) == pytest.approx(0.49664, abs=1e-5)
    assert ndcg(["b", "a"], grades, first=1) == pytest.approx(3 / 7)
    assert ndcg([], grades) == ndcg(["c"], {"c": 0}) == 0


def test_recall_counts_reports_of_grade_two_and_three() -> None:
    grades = {"a": 3, "b": 2, "c": 1}
    assert recall(["a", "c"], grades) == 0.5
    assert recall(["c", "b", "a"], grades, first=1) == 0
    assert recall(["c", "b", "a"], grades, first=2) == 0.5
    assert recall(["a"], {"a": 2, "b": 2, "d": 3}, first=1) == 1  # no system can show more


def test_a_difference_that_is_always_the_same_has_no_spread() -> None:
    assert interval([0.25] * 8) == (0.25, 0.25)
    low, high = interval([-1.0, 1.0] * 20)
    assert -0.5 < low < 0 < high < 0.5


def test_the_peers_put_the_report_first_that_says_it_most() -> None:
    texts = {"a": "neglect of a child " * 3, "b": "a child at school", "c": "a school, and neglected once"}
    asked = Question(1, "words", "neglect", "neglect", {"a": 3, "c": 1}, {})
    for system in (bm25(texts), fts5(texts)):
        assert system(asked) == ["a", "c"]
    figures = measured([asked], {"ours": bm25(texts), "bm25": lambda question: ["c", "a"]})
    assert figures["means"]["ours"]["all"] == {"ndcg_10": 1.0, "recall_20": 1.0}
    assert figures["ours_less"]["bm25"]["ndcg"] > 0
