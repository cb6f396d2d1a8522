"""Test whether two properties occur together: a two-by-two table, with its Jaccard index, odds ratio and chi-square."""

from __future__ import annotations

from dataclasses import dataclass
from math import erfc, exp, log, sqrt

from search.statistics.intervals import Z


@dataclass(frozen=True, slots=True)
class TwoByTwo:
    """Counts of reports. `both` have both properties; `neither` have neither."""

    both: int
    only_one: int
    only_other: int
    neither: int

    @property
    def total(self) -> int:
        """The number of reports in the table."""
        return self.both + self.only_one + self.only_other + self.neither

    @property
    def jaccard(self) -> float | None:
        """The share of reports with both properties among those with at least one, or None if there are none."""
        either = self.both + self.only_one + self.only_other
        return self.both / either if either else None

    @property
    def corrected(self) -> bool:
        """Whether a cell is 0, so that the odds ratio adds 0.5 to each of the four (Haldane 1940, Anscombe 1956)."""
        return 0 in (self.both, self.only_one, self.only_other, self.neither)

    @property
    def odds_ratio(self) -> float | None:
        """(both × neither) / (only_one × only_other), or None without reports."""
        if not self.total:
            return None
        a, b, c, d = self._cells()
        return (a * d) / (b * c)

    @property
    def odds_ratio_interval(self) -> tuple[float, float] | None:
        """The 95% interval of the odds ratio by Woolf's logit method, or None without reports."""
        ratio = self.odds_ratio
        if ratio is None:
            return None
        error = Z * sqrt(sum(1 / cell for cell in self._cells()))
        return exp(log(ratio) - error), exp(log(ratio) + error)

    @property
    def chi_square(self) -> float | None:
        """Pearson's chi-square with one degree of freedom, without continuity correction, or None if a marginal sum is
        0.
        """
        one, other = self.both + self.only_one, self.both + self.only_other
        margins = one * (self.total - one) * other * (self.total - other)
        if not margins:
            return None
        return self.total * (self.both * self.neither - self.only_one * self.only_other) ** 2 / margins

    @property
    def p(self) -> float | None:
        """The probability of a chi-square of at least this size by chance, if the two properties are independent."""
        found = self.chi_square
        return None if found is None else erfc(sqrt(found / 2))

    @property
    def least_expected(self) -> float:
        """The smallest count expected if the properties are independent.

        Below 5, chi-square is unreliable (Cochran 1954).
        """
        one, other = self.both + self.only_one, self.both + self.only_other
        if not self.total:
            return 0.0
        return min(one, self.total - one) * min(other, self.total - other) / self.total

    def _cells(self) -> tuple[float, float, float, float]:
        more = 0.5 if self.corrected else 0.0
        return self.both + more, self.only_one + more, self.only_other + more, self.neither + more
