"""Measure how far coders agree: percent, Cohen's kappa and Krippendorff's alpha for categories (nominal codes)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence

Code = Hashable | None
"""A coder's code for one unit, or None if the coder gave none."""


def percent(one: Sequence[Code], other: Sequence[Code]) -> float | None:
    """Return the share of units on which two coders agree, of those that both coded, or None if there are none."""
    both = _both(one, other)
    return sum(a == b for a, b in both) / len(both) if both else None


def cohen(one: Sequence[Code], other: Sequence[Code]) -> float | None:
    """Return Cohen's kappa (1960) of two coders: agreement beyond what their own frequencies make likely by chance.

    Only units that both coded count. Returns None if there are none, or if both gave a single code to everything.
    """
    both = _both(one, other)
    if not both:
        return None
    first, second = Counter(a for a, _ in both), Counter(b for _, b in both)
    expected = sum(first[code] * second[code] for code in first) / len(both) ** 2
    observed = sum(a == b for a, b in both) / len(both)
    return None if expected == 1 else (observed - expected) / (1 - expected)


def krippendorff(coders: Sequence[Sequence[Code]]) -> float | None:
    """Return Krippendorff's alpha for nominal codes, for any number of coders, who need not all have coded every unit.

    Source: Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), section C. Units coded by fewer than two
    coders do not count. Returns None if no unit has two codes, or all codes are the same.
    """
    units = [Counter(code for code in unit if code is not None) for unit in zip(*coders, strict=True)]
    paired = [unit for unit in units if unit.total() > 1]
    values: Counter[Hashable] = Counter()
    for unit in paired:
        values.update(unit)
    pairable = values.total()
    disagreeing = sum((unit.total() ** 2 - sum(n * n for n in unit.values())) / (unit.total() - 1) for unit in paired)
    expected = pairable**2 - sum(n * n for n in values.values())
    return 1 - (pairable - 1) * disagreeing / expected if expected else None


def _both(one: Sequence[Code], other: Sequence[Code]) -> list[tuple[Hashable, Hashable]]:
    return [(a, b) for a, b in zip(one, other, strict=True) if a is not None and b is not None]
