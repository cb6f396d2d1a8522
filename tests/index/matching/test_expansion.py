"""The words that a part of a query stands for."""

import random
import subprocess
import sys
from collections.abc import Iterator, Sequence
from functools import lru_cache

import pytest

from corpus.errors import QueryRefused
from index.deadline import Deadline
from index.matching import expansion
from index.matching.expansion import Expansion, WordLookup


class Vocabulary:
    """A snapshot that only provides words."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = sorted(words)

    def forms(self, stem: str) -> list[str]:
        return []

    def compounds(self, joined: str) -> list[tuple[str, str]]:
        return []

    def frequency(self, term: str) -> int:
        return 0

    def vocabulary(self, prefix: str) -> Iterator[str]:
        return (word for word in self._words if word.startswith(prefix))


def lookup(*every: str) -> WordLookup:
    return WordLookup(Vocabulary(every))  # type: ignore[arg-type]


def words(*every: str) -> Expansion:
    return Expansion(lookup(*every), Deadline().check)


def test_a_star_matches_any_run_of_letters_including_none_and_a_question_mark_one() -> None:
    some = words("neglect", "neglected", "neglectful", "negligent", "woman", "women", "womn")
    assert some.slot("neglect*") == ["neglect", "neglected", "neglectful"]
    assert some.slot("neg*ct*d") == ["neglected"]
    assert some.slot("wom?n") == ["woman", "women"]
    assert some.slot("neg*e*t") == ["neglect", "negligent"]


def test_a_pattern_with_many_stars_never_backtracks() -> None:
    some = words("a" * 5000)
    assert some.slot("aaa" + "*a" * 1000 + "*b") == []  # with backtracking this would never end


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
    assert list(words("neglect", "neglected", "never").alike(asked, edits)) == found


def test_fuzzy_words_are_exactly_those_within_the_edit_distance() -> None:
    chance = random.Random(12)
    every = {"a" + "".join(chance.choices("abcé", k=chance.randint(0, 7))) for _ in range(2000)}
    for asked in ("abca", "a", "aabbcc", "acéba"):
        for edits in (1, 2):
            wanted = {word: edit_distance(asked, word) for word in sorted(every)}
            wanted = {word: distance for word, distance in wanted.items() if distance <= edits}
            assert words(*every).alike(asked, edits) == wanted


def edit_distance(one: str, other: str) -> int:
    """Return the optimal string alignment distance, computed directly from its definition."""

    @lru_cache(None)
    def between(i: int, j: int) -> int:
        if not i or not j:
            return i + j
        least = min(between(i - 1, j) + 1, between(i, j - 1) + 1, between(i - 1, j - 1) + (one[i - 1] != other[j - 1]))
        if i > 1 and j > 1 and one[i - 1] == other[j - 2] and one[i - 2] == other[j - 1]:
            least = min(least, between(i - 2, j - 2) + 1)
        return least

    return between(len(one), len(other))


def test_too_many_words_are_refused_with_the_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expansion, "MAX_EXPANSION", 2)
    with pytest.raises(QueryRefused, match=r"`chi\*` matches 3 different words, and one search can use 2"):
        words("child", "children", "chin").slot("chi*")


def test_a_walk_through_the_vocabulary_stops_when_the_time_is_up() -> None:
    some = Expansion(lookup(*(f"word{n}" for n in range(1000))), Deadline(-1).check)
    with pytest.raises(QueryRefused, match="took longer"):
        some.slot("wor*9")
    with pytest.raises(QueryRefused, match="took longer"):
        some.alike("word", 2)


def test_queries_that_share_a_lookup_keep_their_own_deadlines() -> None:
    shared = lookup("word", "words", "work")
    stopped, running = Expansion(shared, Deadline(-1).check), Expansion(shared, Deadline().check)
    assert running.slot("wor*") == ["word", "words", "work"]
    with pytest.raises(QueryRefused, match="took longer"):
        stopped.slot("wor*")
    assert running.slot("wor*") == ["word", "words", "work"]


def test_the_words_of_a_pattern_are_looked_up_once_for_a_snapshot(monkeypatch: pytest.MonkeyPatch) -> None:
    shared = lookup("word", "words")
    assert Expansion(shared, Deadline().check).slot("wor*") == ["word", "words"]
    monkeypatch.setattr(shared, "vocabulary", lambda prefix: pytest.fail("looked up again"))
    assert Expansion(shared, Deadline().check).slot("wor*") == ["word", "words"]


def test_only_a_fuzzy_word_imports_rapidfuzz() -> None:
    code = "import sys, search.searcher; print('rapidfuzz' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "False"
