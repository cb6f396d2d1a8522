"""Which words a part of a query stands for."""

from collections.abc import Iterator, Sequence

import pytest

from corpus.errors import QueryRefused
from index.matching import expansion
from index.matching.deadline import Deadline
from index.matching.expansion import Expansion, distance


class Vocabulary:
    """A snapshot of which only the words are asked."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = sorted(words)

    def forms(self, stem: str) -> list[str]:
        return []

    def compounds(self, joined: str) -> list[tuple[str, str]]:
        return []

    def vocabulary(self, prefix: str) -> Iterator[str]:
        return (word for word in self._words if word.startswith(prefix))


def words(*every: str) -> Expansion:
    return Expansion(Vocabulary(every), Deadline().check)  # type: ignore[arg-type]


def test_a_star_is_any_run_of_letters_also_none_and_a_question_mark_is_one() -> None:
    some = words("neglect", "neglected", "neglectful", "negligent", "woman", "women", "womn")
    assert some.slot("neglect*") == ["neglect", "neglected", "neglectful"]
    assert some.slot("neg*ct*d") == ["neglected"]
    assert some.slot("wom?n") == ["woman", "women"]
    assert some.slot("neg*e*t") == ["neglect", "negligent"]


def test_a_pattern_of_many_stars_never_goes_back_and_forth() -> None:
    some = words("a" * 5000)
    assert some.slot("aaa" + "*a" * 1000 + "*b") == []  # who went back and forth would never come to an end


@pytest.mark.parametrize(
    ("asked", "edits", "found"),
    [
        ("neglcet", 2, ["neglect"]),
        ("neglcet", 1, ["neglect"]),
        ("neglt", 2, ["neglect"]),
        ("xeglect", 2, []),
        ("neglectxx", 2, ["neglect", "neglected"]),
    ],
)
def test_a_fuzzy_word_differs_in_so_many_letters_but_not_in_the_first(asked: str, edits: int, found: list[str]) -> None:
    assert words("neglect", "neglected", "never").alike(asked, edits) == found


def test_the_first_cheap_look_loses_no_word() -> None:
    letters = "abc"
    every = [a + b + c + d for a in letters for b in letters for c in letters for d in letters]
    for edits in (1, 2):
        assert words(*every).alike("abca", edits) == [
            w for w in every if w[0] == "a" and distance("abca", w, 9) <= edits
        ]


def test_too_many_words_are_refused_with_the_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expansion, "MAX_EXPANSION", 2)
    with pytest.raises(QueryRefused, match=r"`chi\*` matches 3 different words, and one search can use 2"):
        words("child", "children", "chin").slot("chi*")


def test_a_walk_through_the_vocabulary_is_stopped_when_the_time_is_up() -> None:
    some = Expansion(Vocabulary([f"word{n}" for n in range(1000)]), Deadline(-1).check)  # type: ignore[arg-type]
    with pytest.raises(QueryRefused, match="took longer"):
        some.slot("wor*9")
    with pytest.raises(QueryRefused, match="took longer"):
        some.alike("word", 2)
