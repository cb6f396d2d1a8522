"""Which words are forms of one another: a list judged by hand, and words that people are likely to try first."""

from hashlib import sha256
from itertools import combinations
from pathlib import Path

import pytest

from index import analyser
from index.forms.lexicon import class_of
from index.forms.rule import regular

JUDGED = Path(__file__).with_name("judged_classes.txt")
FAMILIES = Path(__file__).parents[3] / "index" / "forms" / "families.txt"


def judged() -> list[list[list[str]]]:
    """Return the groups of each line, each a list of words."""
    lines = [line for line in JUDGED.read_text("utf-8").splitlines() if not line.startswith("#")]
    return [[group.split() for group in line.split("\t")[1].split(" | ")] for line in lines]


def classes(group: list[str]) -> set[str]:
    return {class_of(word.removesuffix("'s").replace("'", "")) for word in group}


def right(groups: list[list[str]]) -> bool:
    """Return whether each group is one class, and all groups are different classes."""
    found = [classes(group) for group in groups]
    return all(len(each) == 1 for each in found) and all(a.isdisjoint(b) for a, b in combinations(found, 2))


def test_the_judged_classes_are_right() -> None:
    every = judged()
    wrong = [groups for groups in every if not right(groups)]
    assert len(every) == 300
    assert len(wrong) <= 6, wrong  # 98 % of them


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("appointment", "appointed"),
        ("authority", "author"),
        ("important", "import"),
        ("housing", "house"),
        ("missing", "missed"),
        ("setting", "set"),
        ("briefing", "brief"),
        ("evening", "even"),
        ("wound", "wind"),
        ("media", "medium"),
        ("later", "late"),
        ("being", "be"),
        ("themed", "them"),
        ("trafficking", "traffic"),
    ],
)
def test_false_friends_are_apart(one: str, other: str) -> None:
    assert class_of(one) != class_of(other)


@pytest.mark.parametrize(
    ("word", "form"),
    [
        ("midwife", "midwives"),
        ("wife", "wives"),
        ("knife", "knives"),
        ("woman", "women"),
        ("child", "children"),
        ("see", "seen"),
        ("see", "saw"),
        ("leave", "left"),
        ("bruise", "bruising"),
        ("crisis", "crises"),
        ("agency", "agencies"),
        ("miss", "missed"),
        ("house", "houses"),
        ("organise", "organised"),
        ("organize", "organized"),
        ("sexual", "sexually"),
        ("careful", "carefully"),
        ("gp", "gps"),
    ],
)
def test_a_word_is_found_in_its_inflections(word: str, form: str) -> None:
    assert class_of(word) == class_of(form)


@pytest.mark.parametrize(
    ("word", "kin"),
    [
        ("neglect", "neglectful"),
        ("abuse", "abusive"),
        ("assess", "assessments"),
        ("disabled", "disability"),
        ("violent", "violence"),
        ("pregnant", "pregnancies"),
        ("autistic", "autism"),
        ("anxious", "anxiety"),
        ("curious", "curiosity"),
        ("complied", "compliance"),
        ("traumatised", "trauma"),
        ("married", "marriage"),
    ],
)
def test_a_safe_family_counts_as_one_word(word: str, kin: str) -> None:
    assert class_of(word) == class_of(kin)


@pytest.mark.parametrize("word", ["the", "was", "have", "having", "does", "not", "this", "his", "us", "as"])
def test_a_function_word_is_found_as_it_is_written(word: str) -> None:
    assert class_of(word) == word


def test_a_new_word_follows_the_regular_rule() -> None:
    assert len({class_of(word) for word in ("zorble", "zorbles", "zorbled", "zorbling")}) == 1
    assert class_of("ofsteds") == class_of("ofsted")


@pytest.mark.parametrize("word", ["", "s", "as", "us", "lscb", "2018", "class", "status", "analysis", "o'brien"])
def test_the_rule_leaves_a_word_without_an_ending_alone(word: str) -> None:
    assert regular(word) == word


def test_every_family_is_in_the_table() -> None:
    """After a change to families.txt, run .ci/lexicon.py."""
    for line in FAMILIES.read_text("utf-8").splitlines():
        name, _, members = line.partition(": ")
        if members and not line.startswith("#"):
            assert classes(members.split()) == {class_of(name)}, line


def test_other_classes_have_another_version_of_the_analysis() -> None:
    """An index stores the classes of its words, so a query must never use different ones.

    If this fails, increase VERSION in index/analyser.py and put the new pair here.
    """
    said = sha256()
    for name in ("exceptions.txt", "rule.py"):
        said.update((FAMILIES.parent / name).read_text("utf-8").encode())
    assert (analyser.VERSION, said.hexdigest()[:16]) == ("9", "e07a336a5d322be7")
