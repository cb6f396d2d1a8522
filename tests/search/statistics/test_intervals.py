"""Intervals agree with a published table and with statsmodels."""

import pytest

from search.statistics.intervals import wilson


@pytest.mark.parametrize(
    ("n", "of", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0000, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_agrees_with_newcombe_1998(n: int, of: int, low: float, high: float) -> None:
    """Newcombe, R. G. (1998): Two-sided confidence intervals for the single proportion: comparison of seven methods.
    Statistics in Medicine 17, 857-872, table I, method 3.
    """
    assert list(wilson(n, of)) == pytest.approx([low, high], abs=5e-5)


def test_wilson_agrees_with_statsmodels() -> None:
    proportion = pytest.importorskip("statsmodels.stats.proportion", reason="statsmodels is not installed")
    for of in (1, 2, 7, 131, 2_000):
        for n in {0, 1, of // 3, of - 1, of}:
            assert wilson(n, of) == pytest.approx(proportion.proportion_confint(n, of, method="wilson"), abs=1e-12)


def test_the_interval_of_all_of_n_mirrors_that_of_none_and_stays_within_0_and_1() -> None:
    (low, high), (lower, upper) = wilson(0, 12), wilson(12, 12)
    assert [lower, upper] == pytest.approx([1 - high, 1 - low])
    assert low >= 0
    assert upper <= 1
