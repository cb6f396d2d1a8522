"""Agreement of coders agrees with published worked examples."""

import pytest

from search.statistics.agreement import cohen, krippendorff, percent


def units(text: str) -> list[str | None]:
    return [None if code == "." else code for code in text.split()]


def test_kappa_agrees_with_fleiss_levin_and_paik_2003() -> None:
    """Fleiss, J. L., Levin, B. and Paik, M. C. (2003): Statistical Methods for Rates and Proportions, 3rd edition,
    table 18.1: two raters and three diagnoses, 89 % agreement, kappa 0.68.
    """
    table = {("p", "p"): 75, ("p", "n"): 1, ("p", "o"): 4, ("n", "p"): 5, ("n", "n"): 4, ("n", "o"): 1, ("o", "o"): 10}
    pairs = [pair for pair, times in table.items() for _ in range(times)]
    one, other = [a for a, _ in pairs], [b for _, b in pairs]
    assert percent(one, other) == pytest.approx(0.89)
    assert cohen(one, other) == pytest.approx(0.676, abs=0.0005)


def test_alpha_agrees_with_krippendorff_2011() -> None:
    """Krippendorff, K. (2011): Computing Krippendorff's Alpha-Reliability, sections A, B and C."""
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
    assert krippendorff(missing) == pytest.approx(0.743, abs=0.0005)


def test_where_nothing_can_be_compared_there_is_no_figure() -> None:
    assert percent([None], ["a"]) is cohen([None], ["a"]) is krippendorff([[None], ["a"]]) is None
    assert cohen(["a", "a"], ["a", "a"]) is None
    assert krippendorff([["a", "a"], ["a", "a"]]) is None
