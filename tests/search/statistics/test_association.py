"""Association measures agree with published worked examples and with statsmodels."""

import random
from math import log

import pytest

from search.statistics.association import TwoByTwo


def test_the_odds_ratio_agrees_with_bland_and_altman_2000() -> None:
    """Bland, J. M. and Altman, D. G. (2000): The odds ratio. BMJ 320, 1468: hay fever and eczema in children of 11."""
    table = TwoByTwo(141, 420, 928, 13_525)
    assert table.odds_ratio == pytest.approx(4.89, abs=0.005)
    low, high = table.odds_ratio_interval or (0, 0)
    assert [log(low), log(high)] == pytest.approx([1.386, 1.790], abs=0.001)


def test_odds_ratio_and_chi_square_agree_with_agresti() -> None:
    """Agresti, A.

    (2019): An Introduction to Categorical Data Analysis, 3rd edition, table 2.2 and pages 33-34: aspirin and heart
    attacks in the Physicians' Health Study. The chi-square is from SAS for the same table (2.3, page 20, of the 1st
    edition, 1996), in the textbook examples of UCLA's statistical consulting: 25.0139.
    """
    table = TwoByTwo(189, 10_845, 104, 10_933)
    assert table.odds_ratio == pytest.approx(1.832, abs=0.0005)
    assert table.odds_ratio_interval == pytest.approx((1.44, 2.33), abs=0.005)
    assert table.chi_square == pytest.approx(25.0139, abs=5e-5)


def test_the_figures_of_random_tables_agree_with_statsmodels() -> None:
    tables = pytest.importorskip("statsmodels.stats.contingency_tables", reason="statsmodels is not installed")
    chance = random.Random(1)
    for _ in range(50):
        a, b, c, d = (chance.choice((0, chance.randint(1, 9), chance.randint(10, 2_000))) for _ in range(4))
        ours = TwoByTwo(a, b, c, d)
        more = 0.5 if 0 in (a, b, c, d) else 0  # statsmodels would add it to the empty cells only
        theirs = tables.Table2x2([[a + more, b + more], [c + more, d + more]])
        assert ours.odds_ratio == pytest.approx(theirs.oddsratio)
        assert ours.odds_ratio_interval == pytest.approx(theirs.oddsratio_confint())
        if min(a + b, c + d, a + c, b + d):
            plain = tables.Table2x2([[a, b], [c, d]], shift_zeros=False)
            found = plain.test_nominal_association()
            assert ours.chi_square == pytest.approx(found.statistic)
            assert ours.p == pytest.approx(found.pvalue, abs=1e-12)
            assert ours.least_expected == pytest.approx(plain.fittedvalues.min())


def test_an_empty_cell_is_corrected_and_an_empty_margin_has_no_chi_square() -> None:
    table = TwoByTwo(3, 0, 2, 5)
    assert table.corrected
    assert table.odds_ratio == pytest.approx(3.5 * 5.5 / (0.5 * 2.5))
    assert TwoByTwo(0, 0, 2, 5).chi_square is None
    assert TwoByTwo(0, 0, 0, 0).odds_ratio is None
    assert TwoByTwo(0, 0, 0, 7).jaccard is None


def test_what_is_expected_is_the_smallest_of_the_four_cells() -> None:
    assert TwoByTwo(1, 9, 4, 36).least_expected == pytest.approx(10 * 5 / 50)
    assert TwoByTwo(36, 4, 9, 1).least_expected == pytest.approx(10 * 5 / 50)
