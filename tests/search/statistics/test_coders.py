"""Measures of coder agreement match published worked examples and statsmodels."""

import random

import pytest

from search.statistics.agreement import cohen, krippendorff, percent


def units(text: str) -> list[str | None]:
    return [None if code == "." else code for code in text.split()]


def test_percent_and_kappa_agree_with_statsmodels() -> None:
    raters = pytest.importorskip("statsmodels.stats.inter_rater", reason="statsmodels is not installed")
    chance = random.Random(1)
    for _ in range(20):
        one = chance.choices("abc", (8, 2, 1), k=60)
        other = [code if chance.random() < 0.7 else chance.choice("abc") for code in one]
        counts = [[sum(pair == (a, b) for pair in zip(one, other, strict=True)) for b in "abc"] for a in "abc"]
        assert cohen(one, other) == pytest.approx(raters.cohens_kappa(counts).kappa)
        assert percent(one, other) == pytest.approx(sum(counts[n][n] for n in range(3)) / 60)


def test_alpha_agrees_with_krippendorff_2011() -> None:
    """Krippendorff, K. (2011): Computing Krippendorff's Alpha-Reliability, sections A, B and C.

    Other programs that use the last table as a test, such as NLTK, give 0.743421.
    """
    binary = [units("0 1 0 0 0 0 0 0 1 0"), units("1 1 1 0 0 1 0 0 0 0")]
    assert krippendorff(binary) == pytest.approx(0.095, abs=0.0005)
    nominal = [units("a a b b d c c c e d d a"), units("b a b b b c c c e d d d")]
    assert krippendorff(nominal) == pytest.approx(0.692, abs=0.0005)
    missing = [
        units("1 2 3 3 2 1 4 1 2 . . ."),
        units("1 2 3 3 2 2 4 1 2 5 . 3"),
        units(". 3 3 3 2 3 4 2 2 5 1 ."),
        units("1 2 3 3 2 4 4 1 2 5 1 ."),
    ]
    assert krippendorff(missing) == pytest.approx(0.743421, abs=5e-7)


def test_where_nothing_can_be_compared_there_is_no_figure() -> None:
    assert percent([None], ["a"]) is cohen([None], ["a"]) is krippendorff([[None], ["a"]]) is None
    assert cohen(["a", "a"], ["a", "a"]) is None
    assert krippendorff([["a", "a"], ["a", "a"]]) is None
