"""Confidence intervals of a share."""

from math import sqrt

_Z = 1.959963984540054  # of the normal distribution: 95 % of it is within this many standard deviations


def wilson(n: int, of: int) -> tuple[float, float]:
    """The 95 % interval of the share n / of, by Wilson's score method without continuity correction. of: at least 1.

    It stays between 0 and 1 and has a width even for 0 of N, unlike share ± 1.96 standard errors.
    """
    share, square = n / of, _Z * _Z
    middle = share + square / (2 * of)
    half = _Z * sqrt(share * (1 - share) / of + square / (4 * of * of))
    return max(0.0, (middle - half) / (1 + square / of)), min(1.0, (middle + half) / (1 + square / of))
