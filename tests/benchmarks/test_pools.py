"""Pools for a blind judge do not reveal who found a report, and leave out what already has a grade."""

import json
from pathlib import Path

import pytest

from benchmarks.judging import grades
from benchmarks.judging.answers import JUDGED, PLAIN
from benchmarks.judging.excerpts import WIDTH, Excerpts
from benchmarks.judging.pools import Item, deal, enter, merged

QUESTIONS = [{"id": 1, "shape": "short", "words": "lost hens", "grades": {"a": 3}}]
ITEMS = {"1": [Item("a", "Hens"), Item("b", "Ducks"), Item("c", "Geese")], "1p": [Item("m", "A hen was lost.")]}


def plain_file(folder: Path) -> Path:
    file = folder / "plain.json"
    file.write_text(json.dumps({"asked": "2026-11-29", "questions": QUESTIONS}), "utf-8")
    return file


def test_the_first_ten_of_every_system_are_merged_with_a_paragraph_of_each() -> None:
    ours = {"answers": {"1": {"reports": ["a", "b"], "paragraphs": {"a": [7, 2]}}}}
    many = {"answers": {"1": {"reports": ["b", *(str(number) for number in range(20))]}}}
    pools = merged(QUESTIONS, [ours, many])
    assert pools[1]["a"] == [7]
    assert set(pools[1]) == {"a", "b", *(str(number) for number in range(9))}


def test_graded_items_are_not_dealt_and_the_judge_does_not_see_who_found_them(tmp_path: Path) -> None:
    assert deal(ITEMS, QUESTIONS, tmp_path / "pool", seed=1, again=0) == 3
    assert sorted(json.loads((tmp_path / "pool/key.json").read_text("utf-8"))["1"]) == ["b", "c"]
    batch = (tmp_path / "pool/batch01.txt").read_text("utf-8")
    assert "== 1 (2) lost hens" in batch
    assert "Ducks" in batch
    assert "Hens" not in batch


def test_grades_are_entered_by_report_and_by_passage(tmp_path: Path) -> None:
    deal(ITEMS, QUESTIONS, tmp_path / "pool", seed=1, again=0)
    (tmp_path / "pool/grades1.txt").write_text("1 20\n1p 3\n", "utf-8")
    assert enter(tmp_path / "pool", [plain_file(tmp_path)]) == 3
    (question,) = json.loads((tmp_path / "plain.json").read_text("utf-8"))["questions"]
    assert question["first"] == {"m": 3}
    first, second = json.loads((tmp_path / "pool/key.json").read_text("utf-8"))["1"]
    assert question["grades"] == {"a": 3, first: 2, second: 0}


@pytest.mark.parametrize("line", ["1 2", "1 24", "9 1"])
def test_a_line_that_does_not_fit_what_was_dealt_is_refused(line: str, tmp_path: Path) -> None:
    deal(ITEMS, QUESTIONS, tmp_path / "pool", seed=1, again=0)
    (tmp_path / "pool/grades1.txt").write_text(line, "utf-8")
    with pytest.raises(SystemExit, match="digits from 0 to 3"):
        enter(tmp_path / "pool", [plain_file(tmp_path)])


def test_what_has_a_grade_is_mixed_in_and_its_second_grade_does_not_replace_the_first(tmp_path: Path) -> None:
    assert deal(ITEMS, QUESTIONS, tmp_path / "pool", seed=1, again=1) == 4
    key = json.loads((tmp_path / "pool/key.json").read_text("utf-8"))["1"]
    digits = "".join({"a": "1", "b": "2", "c": "0"}[each] for each in key)
    (tmp_path / "pool/grades1.txt").write_text(f"1 {digits}\n", "utf-8")
    enter(tmp_path / "pool", [plain_file(tmp_path)])
    (question,) = json.loads((tmp_path / "plain.json").read_text("utf-8"))["questions"]
    assert question["grades"] == {"a": 3, "b": 2, "c": 0}
    assert question["second"] == {"a": 1}
    assert deal(ITEMS, [question], tmp_path / "third", seed=1, again=1) == 3  # b, c and the passage


def test_a_question_of_the_older_set_is_dealt_with_its_need_and_its_grades_are_put_in_order(tmp_path: Path) -> None:
    judged = {"a": {"grade": 3, "from": "reading", "paragraphs": [7]}, "d": {"grade": 1, "from": "pool"}}
    older = {"id": 2, "shape": "words", "query": "hens -ducks", "words": "hens", "need": "hens alone", "judged": judged}
    items = {"2": [Item("a", "Hens"), Item("b", "Geese")]}
    assert deal(items, [older], tmp_path / "pool", seed=1, again=1) == 1
    assert "== 2 (1) hens · hens -ducks · hens alone" in (tmp_path / "pool/batch01.txt").read_text("utf-8")
    (tmp_path / "pool/grades1.txt").write_text("2 2\n", "utf-8")
    file = tmp_path / "judged.json"
    file.write_text(json.dumps({"questions": [older]}), "utf-8")
    enter(tmp_path / "pool", [file])
    (question,) = json.loads(file.read_text("utf-8"))["questions"]
    assert list(question["judged"].items()) == [
        ("a", judged["a"]),
        ("b", {"grade": 2, "from": "pool"}),
        ("d", judged["d"]),
    ]


def test_entering_no_grades_changes_nothing(tmp_path: Path) -> None:
    for file in JUDGED, PLAIN:
        copy = tmp_path / file.name
        copy.write_bytes(file.read_bytes())
        grades.enter({}, copy)
        assert copy.read_text("utf-8") == file.read_text("utf-8")


def test_an_excerpt_is_cut_where_the_words_are_and_a_chosen_paragraph_comes_first() -> None:
    far = "Nothing of note. " * 40 + "The hens were lost in the snow."
    excerpts = Excerpts({"a": ["A barn.", far, "The hen house was painted."], "b": ["Geese."]})
    chosen, *rest = excerpts.of("a", "lost hens", [0], 3)
    assert chosen == "A barn."
    whole, cut = sorted(rest, key=len)
    assert whole == "The hen house was painted."
    assert cut.endswith("The hens were lost in the snow.")
    assert len(cut) <= WIDTH
