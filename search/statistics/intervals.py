"""Shares with their confidence intervals, and rates, as used in tables."""

from math import sqrt

Z = 1.959963984540054  # 95% of the normal distribution is within this many standard deviations


def wilson(n: int, of: int) -> tuple[float, float]:
    """Return the 95% interval of the share n / of, by Wilson's score method without continuity correction.

    `of` must be at least 1. It stays between 0 and 1 and has a width even for 0 of N, unlike share ± 1.96 standard
    errors.
    """
    share, square = n / of, Z * Z
    middle = share + square / (2 * of)
    half = Z * sqrt(share * (1 - share) / of + square / (4 * of * of))
    return max(0.0, (middle - half) / (1 + square / of)), min(1.0, (middle + half) / (1 + square / of))


def per_10000(mentions: int, words: int) -> float | None:
    """Return the mentions per 10,000 words, or None if there are no words."""
    return round(10_000 * mentions / words, 4) if words else None


def rounded(number: float | None) -> float | None:
    """Round a figure for tables, to four decimal places."""
    return None if number is None else round(number, 4)
