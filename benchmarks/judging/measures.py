"""Measures of ranking quality, and of the agreement between two judges."""

import math
import random
import statistics
from collections.abc import Mapping, Sequence

FIRST, DEEP = 10, 20  # nDCG covers the first page of hits, recall the first two
RELEVANT = 2  # from this grade on, a report should be found
_RESAMPLES = 5_000


def ndcg(found: Sequence[str], grades: Mapping[str, int], first: int = FIRST) -> float:
    """Return nDCG (Järvelin and Kekäläinen 2002) with gains of 2^grade - 1. It is 1 if no better order is possible."""
    best = _gained(sorted(grades.values(), reverse=True)[:first])
    return _gained([grades.get(report, 0) for report in found[:first]]) / best if best else 0.0


def _gained(grades: Sequence[int]) -> float:
    return math.fsum((2.0**grade - 1) / math.log2(rank + 2) for rank, grade in enumerate(grades))


def recall(found: Sequence[str], grades: Mapping[str, int], first: int = DEEP) -> float:
    """Return the share of the relevant reports that are among the first. At most `first` of them count."""
    relevant = {report for report, grade in grades.items() if grade >= RELEVANT}
    return len(relevant & set(found[:first])) / min(len(relevant), first) if relevant else 0.0


def interval(differences: Sequence[float], seed: int = 1) -> tuple[float, float]:
    """Return the 95% interval of the mean difference, by a paired bootstrap over the questions."""
    chance = random.Random(seed)
    means = sorted(statistics.fmean(chance.choices(differences, k=len(differences))) for _ in range(_RESAMPLES))
    return means[int(0.025 * _RESAMPLES)], means[int(0.975 * _RESAMPLES)]


def kappa(pairs: Sequence[tuple[int, int]]) -> float:
    """Return Cohen's kappa of two judges with quadratic weights (Cohen 1968)."""
    observed = sum((one - two) ** 2 for one, two in pairs) / len(pairs)
    expected = sum((one - two) ** 2 for one, _ in pairs for _, two in pairs) / len(pairs) ** 2
    return 1 - observed / expected if expected else 1.0
